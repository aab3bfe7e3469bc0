#include "presence/json_glance.h"

#include <algorithm>

namespace oofgg::presence {
namespace {

constexpr std::string_view kSpace = " \t\r\n";

std::string_view From(std::string_view text, std::size_t at) {
  return text.substr(std::min(at, text.size()));
}

/// Where the string that begins at `at` has its closing quote; npos if it has none.
std::size_t EndOfString(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at < text.size() ? at : std::string_view::npos;
}

/// What stands behind the colon that `rest` begins with; empty if it does not.
std::string_view AfterColon(std::string_view rest) {
  rest = From(rest, rest.find_first_not_of(kSpace));
  if (!rest.starts_with(':')) return {};
  rest.remove_prefix(1);
  return From(rest, rest.find_first_not_of(kSpace));
}

}  // namespace

std::string_view GlanceAt(std::string_view text, std::string_view name) {
  int depth = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (byte == '{' || byte == '[') ++depth;
    if (byte == '}' || byte == ']') --depth;
    if (byte != '"') continue;
    const std::size_t end = EndOfString(text, at);
    if (end == std::string_view::npos) return {};
    if (depth == 1 && text.substr(at + 1, end - at - 1) == name) {
      const std::string_view value = AfterColon(text.substr(end + 1));
      if (!value.empty()) return value;
    }
    at = end;
  }
  return {};
}

std::string_view GlanceAtString(std::string_view text, std::string_view name) {
  const std::string_view value = GlanceAt(text, name);
  if (!value.starts_with('"')) return {};
  return value.substr(1, std::min(EndOfString(value, 0), value.size()) - 1);
}

}  // namespace oofgg::presence
