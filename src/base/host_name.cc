#include "base/host_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <string_view>

namespace oofgg::base {
namespace {

constexpr std::size_t kLongestHostName = 253;
constexpr std::size_t kLongestLabel = 63;

bool IsHostDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHostLabelCharacter(char c) {
  return IsHostDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
}

bool IsHostLabel(std::string_view label) {
  return !label.empty() && label.size() <= kLongestLabel && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), IsHostLabelCharacter);
}

bool IsHostAddress(const std::string& text) {
  in_addr ipv4{};
  in6_addr ipv6{};
  return inet_pton(AF_INET, text.c_str(), &ipv4) == 1 || inet_pton(AF_INET6, text.c_str(), &ipv6) == 1;
}

bool IsHostName(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  if (name.size() > kLongestHostName) return false;
  while (true) {
    const auto dot = name.find('.');
    const std::string_view label = name.substr(0, dot);
    if (!IsHostLabel(label)) return false;
    // A last label of digits makes it an IPv4 address, and then a wrong one.
    if (dot == std::string_view::npos) return !std::all_of(label.begin(), label.end(), IsHostDigit);
    name.remove_prefix(dot + 1);
  }
}

}  // namespace

// An embedded NUL is no label character, and inet_pton would stop at it.
bool IsHost(const std::string& text) {
  return IsHostName(text) || (text.find('\0') == std::string::npos && IsHostAddress(text));
}

}  // namespace oofgg::base
