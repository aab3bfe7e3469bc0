#include "net/accept.h"

#include <algorithm>

namespace oofgg::net {
namespace {

char LowerCased(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool EqualsInAnyCase(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return LowerCased(a) == LowerCased(b); });
}

std::string_view WithoutBlanks(std::string_view text) {
  constexpr std::string_view kBlanks = " \t";
  const auto first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// The part of `list` up to `separator`, which is taken off it.
std::string_view TakePart(std::string_view& list, char separator) {
  const auto end = list.find(separator);
  const std::string_view part = list.substr(0, end);
  list.remove_prefix(end == std::string_view::npos ? list.size() : end + 1);
  return WithoutBlanks(part);
}

/// `q=0`, with up to three more digits.
bool IsNotWanted(std::string_view parameter) {
  const std::string_view name = TakePart(parameter, '=');
  const std::string_view weight = WithoutBlanks(parameter);
  return EqualsInAnyCase(name, "q") && weight.starts_with('0') &&
         weight.find_first_not_of("0.") == std::string_view::npos;
}

bool Names(std::string_view range, std::string_view type) {
  if (!EqualsInAnyCase(TakePart(range, ';'), type)) return false;
  while (!range.empty()) {
    if (IsNotWanted(TakePart(range, ';'))) return false;
  }
  return true;
}

}  // namespace

bool WantsType(const HttpRequest& request, std::string_view type) {
  for (const auto& [name, value] : request.headers) {
    if (name != "accept") continue;
    for (std::string_view ranges = value; !ranges.empty();) {
      if (Names(TakePart(ranges, ','), type)) return true;
    }
  }
  return false;
}

}  // namespace oofgg::net
