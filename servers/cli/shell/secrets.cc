#include "servers/cli/shell/secrets.h"

#include <algorithm>
#include <cctype>
#include <charconv>

namespace oofgg::cli {
namespace {

constexpr std::string_view kShown = "...";
constexpr std::string_view kJsonSpaces = " \t\r\n";

/// What names and tokens are made of. JSON needs no escape for any of it.
bool IsTokenCharacter(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

/// With `\u0065` as `e`; other escapes, such as that of a quote, stay.
std::string WithLettersUnescaped(std::string_view text) {
  constexpr std::size_t kLength = 6;
  std::string plain;
  while (!text.empty()) {
    unsigned code = 0;
    const bool is_escape = text.size() >= kLength && text.starts_with("\\u");
    const char* const end = text.data() + (is_escape ? kLength : 0);
    const bool is_code = is_escape && std::from_chars(text.data() + 2, end, code, 16).ptr == end;
    if (is_code && code < 0x80 && IsTokenCharacter(static_cast<char>(code))) {
      plain += static_cast<char>(code);
      text.remove_prefix(kLength);
      continue;
    }
    const std::size_t taken = text.starts_with("\\\\") ? 2 : 1;  // An escaped backslash begins no escape.
    plain += text.substr(0, taken);
    text.remove_prefix(taken);
  }
  return plain;
}

/// Where the string in quotes that begins at `begin` ends; where `text` does, if it is cut off.
std::size_t EndOfString(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin; at < text.size(); ++at) {
    if (text[at] == '"') return at;
    if (text[at] == '\\') ++at;
  }
  return text.size();
}

void LeaveOutTokenMembers(std::string& text) {
  static constexpr std::string_view kMember = R"("token")";
  for (std::size_t at = text.find(kMember); at != std::string::npos; at = text.find(kMember, at)) {
    at += kMember.size();
    std::size_t value = text.find_first_not_of(kJsonSpaces, at);
    if (value == std::string::npos || text[value] != ':') continue;
    value = text.find_first_not_of(kJsonSpaces, value + 1);
    if (value == std::string::npos || text[value] != '"') continue;
    text.replace(value + 1, EndOfString(text, value + 1) - value - 1, kShown);
    at = value + 1 + kShown.size();
  }
}

void LeaveOutJwts(std::string& text) {
  static constexpr std::string_view kBegin = "eyJ";  // `{"` in Base64.
  for (std::size_t at = text.find(kBegin); at != std::string::npos; at = text.find(kBegin, at)) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    text.replace(begin, std::find_if_not(begin, text.end(), IsTokenCharacter), kShown);
    at += kShown.size();
  }
}

}  // namespace

std::string WithoutTokens(std::string_view text) {
  const std::string plain = WithLettersUnescaped(text);
  std::string shown = plain;
  LeaveOutTokenMembers(shown);
  LeaveOutJwts(shown);
  return shown == plain ? std::string(text) : shown;  // Escapes that hide nothing are shown as they are.
}

bool HasSecret(std::string_view line) {
  std::string words = WithLettersUnescaped(line);
  std::transform(words.begin(), words.end(), words.begin(), [](unsigned char c) { return std::tolower(c); });
  static constexpr std::string_view kHarmless = "--token-file";
  for (std::size_t at = words.find(kHarmless); at != std::string::npos; at = words.find(kHarmless)) {
    words.erase(at, kHarmless.size());
  }
  const auto has = [&](std::string_view word) { return words.find(word) != std::string::npos; };
  return has("token") || has("password") || has("secret") || WithoutTokens(line) != line;
}

}  // namespace oofgg::cli
