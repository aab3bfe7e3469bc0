#include "auth/text.h"

#include <algorithm>
#include <cstdint>

namespace oofgg::auth {
namespace {

struct Utf8Form {
  std::size_t length = 0;          // 0: no character begins so.
  std::uint8_t second_low = 0x80;  // Narrower for what would be overlong, a surrogate or too large.
  std::uint8_t second_high = 0xbf;
};

Utf8Form FormOf(std::uint8_t lead) {
  if (lead >= 0xc2 && lead <= 0xdf) return {.length = 2};
  if (lead == 0xe0) return {.length = 3, .second_low = 0xa0};
  if (lead == 0xed) return {.length = 3, .second_high = 0x9f};
  if (lead >= 0xe1 && lead <= 0xef) return {.length = 3};
  if (lead == 0xf0) return {.length = 4, .second_low = 0x90};
  if (lead == 0xf4) return {.length = 4, .second_high = 0x8f};
  if (lead >= 0xf1 && lead <= 0xf3) return {.length = 4};
  return {};
}

bool IsBetween(char byte, std::uint8_t low, std::uint8_t high) {
  const auto value = static_cast<std::uint8_t>(byte);
  return value >= low && value <= high;
}

}  // namespace

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    if (static_cast<std::uint8_t>(text[0]) < 0x80) {  // Most are.
      text.remove_prefix(1);
      continue;
    }
    const Utf8Form form = FormOf(static_cast<std::uint8_t>(text[0]));
    if (form.length == 0 || form.length > text.size()) return false;
    if (!IsBetween(text[1], form.second_low, form.second_high)) return false;
    for (std::size_t i = 2; i < form.length; ++i) {
      if (!IsBetween(text[i], 0x80, 0xbf)) return false;
    }
    text.remove_prefix(form.length);
  }
  return true;
}

bool IsTokenText(std::string_view text, std::size_t max_bytes) {
  const auto is_control = [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; };
  return !text.empty() && text.size() <= max_bytes && IsUtf8(text) &&
         std::none_of(text.begin(), text.end(), is_control);
}

std::string FoldCase(std::string_view text) {
  std::string folded(text);
  for (char& c : folded) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return folded;
}

}  // namespace oofgg::auth
