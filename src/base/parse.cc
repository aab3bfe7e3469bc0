#include "oofgg/parse.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace oofgg {
namespace {

constexpr std::string_view kDurationHelp = "write a whole number and a unit (ms, s, m, h, d), such as 15m";
constexpr std::string_view kAddressHelp = "write HOST:PORT, [IPV6]:PORT or :PORT, such as 127.0.0.1:50051";

struct Unit {
  std::string_view name;
  std::chrono::milliseconds length;
};

constexpr std::array<Unit, 5> kUnits = {{{"ms", std::chrono::milliseconds(1)},
                                         {"s", std::chrono::seconds(1)},
                                         {"m", std::chrono::minutes(1)},
                                         {"h", std::chrono::hours(1)},
                                         {"d", std::chrono::hours(24)}}};

// What a user typed, short and on one line whatever it was.
std::string Quote(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  std::string quoted = "'";
  for (const char c : text.substr(0, kLongest)) quoted += c >= ' ' && c <= '~' ? c : '?';
  quoted += text.size() > kLongest ? "...'" : "'";
  return quoted;
}

Status Malformed(std::string_view text, std::string_view problem, std::string_view help) {
  std::string message = Quote(text);
  message += ' ';
  message += problem;
  message += "; ";
  message += help;
  return MakeStatus(StatusCode::kInvalidArgument, message);
}

template <typename T>
StatusOr<T> ParseBetween(std::string_view text, T least, T greatest) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole =
      !text.empty() && end == text.data() + text.size() && error != std::errc::invalid_argument;
  const std::string help =
      "write a whole number from " + std::to_string(least) + " to " + std::to_string(greatest);
  if (!whole) return Malformed(text, "is not a whole number", help);
  if (error == std::errc::result_out_of_range || value < least || value > greatest) {
    return Malformed(text, "is out of range", help);
  }
  return value;
}

std::optional<std::chrono::milliseconds> UnitNamed(std::string_view name) {
  const auto* found =
      std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
  if (found == kUnits.end()) return std::nullopt;
  return found->length;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

bool IsHostCharacter(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
}

bool IsIpv6Character(char c) {
  return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':' || c == '.';
}

}  // namespace

namespace internal {

StatusOr<std::int64_t> ParseSigned(std::string_view text, std::int64_t least, std::int64_t greatest) {
  return ParseBetween(text, least, greatest);
}

StatusOr<std::uint64_t> ParseUnsigned(std::string_view text, std::uint64_t least, std::uint64_t greatest) {
  return ParseBetween(text, least, greatest);
}

}  // namespace internal

StatusOr<std::chrono::milliseconds> ParseDuration(std::string_view text,
                                                  std::optional<std::chrono::milliseconds> bare_unit) {
  const auto digits_end = std::find_if_not(text.begin(), text.end(), IsDigit);
  const auto digits = static_cast<std::size_t>(digits_end - text.begin());
  const std::string_view name = text.substr(digits);
  if (digits == 0) return Malformed(text, "is not a duration", kDurationHelp);
  const auto unit = name.empty() ? bare_unit : UnitNamed(name);
  if (!unit.has_value()) {
    return Malformed(text, name.empty() ? "has no unit" : "has an unknown unit", kDurationHelp);
  }
  // Longer than a century is a typing error, and would overflow sums of moments.
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24) * 36'525;
  const auto count = ParseInteger<std::int64_t>(text.substr(0, digits), 0, kLongest / *unit);
  if (!count.ok()) return Malformed(text, "is longer than a century", kDurationHelp);
  return *unit * *count;
}

StatusOr<HostPort> ParseHostPort(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Malformed(text, "has no port", kAddressHelp);
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!std::all_of(host.begin(), host.end(), bracketed ? IsIpv6Character : IsHostCharacter)) {
    return Malformed(text, "has no valid host", kAddressHelp);
  }
  const auto port = ParseInteger<std::uint16_t>(text.substr(colon + 1));
  if (!port.ok()) return Malformed(text, "has no port from 0 to 65535", kAddressHelp);
  return HostPort{std::string(host), *port};
}

std::string FormatHostPort(const HostPort& address) {
  const bool is_ipv6 = address.host.find(':') != std::string::npos;
  std::string text = is_ipv6 ? "[" + address.host + "]" : address.host;
  text += ':';
  text += std::to_string(address.port);
  return text;
}

bool IsLoopback(const std::string& host) {
  if (host == "localhost") return true;
  in_addr ipv4{};
  if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24 == IN_LOOPBACKNET;
  in6_addr ipv6{};
  return inet_pton(AF_INET6, host.c_str(), &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6) != 0;
}

}  // namespace oofgg
