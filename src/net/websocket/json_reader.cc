#include "net/websocket/json_reader.h"

namespace oofgg::net {
namespace {

constexpr int kDeepest = 64;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int HexValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The four digits of `\uXXXX` behind its `u`; -1 if they are none.
int CodeUnit(std::string_view digits) {
  if (digits.size() < 4) return -1;
  int unit = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const int digit = HexValue(digits[i]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

void AppendUtf8(std::string& out, int code) {
  const auto byte = [&out](int value) { out += static_cast<char>(value); };
  if (code < 0x80) return byte(code);
  if (code < 0x800) {
    byte(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      byte(0xE0 | code >> 12);
    } else {
      byte(0xF0 | code >> 18);
      byte(0x80 | (code >> 12 & 0x3F));
    }
    byte(0x80 | (code >> 6 & 0x3F));
  }
  byte(0x80 | (code & 0x3F));
}

/// What stands for itself or for a control character behind a backslash; NUL: nothing.
char Unescaped(char c) {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// Takes the digits of a `\uXXXX` off `text`, and of a second one where two make a character. False: half of
/// a pair.
bool AppendEscapedUnit(std::string& out, std::string_view& text) {
  int code = CodeUnit(text);
  text.remove_prefix(4);
  if (code >= 0xDC00 && code <= 0xDFFF) return false;
  if (code >= 0xD800 && code <= 0xDBFF) {
    const int low = text.substr(0, 2) == "\\u" ? CodeUnit(text.substr(2)) : -1;
    if (low < 0xDC00 || low > 0xDFFF) return false;
    text.remove_prefix(6);
    code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
  }
  AppendUtf8(out, code);
  return true;
}

}  // namespace

void JsonReader::SkipBlanks() {
  while (front() == ' ' || front() == '\t' || front() == '\n' || front() == '\r') rest_.remove_prefix(1);
}

bool JsonReader::Take(char token) {
  SkipBlanks();
  if (rest_.empty() || rest_.front() != token) return false;
  rest_.remove_prefix(1);
  return true;
}

bool JsonReader::AtEnd() {
  SkipBlanks();
  return rest_.empty();
}

std::optional<std::string_view> JsonReader::TakeValue() {
  SkipBlanks();
  const std::string_view begin = rest_;
  if (!SkipValue(kDeepest)) return std::nullopt;
  return begin.substr(0, begin.size() - rest_.size());
}

std::optional<std::string_view> JsonReader::TakeString() {
  SkipBlanks();
  const std::string_view begin = rest_;
  if (!SkipString()) return std::nullopt;
  return begin.substr(0, begin.size() - rest_.size());
}

bool JsonReader::SkipValue(int depth) {
  if (depth == 0) return false;
  switch (front()) {
    case '{':
      return SkipMembers(depth);
    case '[':
      return SkipElements(depth);
    case '"':
      return SkipString();
    case 't':
      return SkipWord("true");
    case 'f':
      return SkipWord("false");
    case 'n':
      return SkipWord("null");
    default:
      return SkipNumber();
  }
}

bool JsonReader::SkipMembers(int depth) {
  rest_.remove_prefix(1);
  if (Take('}')) return true;
  do {
    SkipBlanks();
    if (!SkipString() || !Take(':')) return false;
    SkipBlanks();
    if (!SkipValue(depth - 1)) return false;
  } while (Take(','));
  return Take('}');
}

bool JsonReader::SkipElements(int depth) {
  rest_.remove_prefix(1);
  if (Take(']')) return true;
  do {
    SkipBlanks();
    if (!SkipValue(depth - 1)) return false;
  } while (Take(','));
  return Take(']');
}

bool JsonReader::SkipString() {
  if (front() != '"') return false;
  for (std::size_t i = 1; i < rest_.size(); ++i) {
    const char c = rest_[i];
    if (c == '"') {
      rest_.remove_prefix(i + 1);
      return true;
    }
    if (static_cast<unsigned char>(c) < 0x20) return false;
    if (c != '\\') continue;
    if (++i >= rest_.size()) return false;
    if (rest_[i] == 'u') {
      if (CodeUnit(rest_.substr(i + 1)) < 0) return false;
      i += 4;
    } else if (Unescaped(rest_[i]) == '\0') {
      return false;
    }
  }
  return false;
}

bool JsonReader::SkipDigits() {
  if (!IsDigit(front())) return false;
  while (IsDigit(front())) rest_.remove_prefix(1);
  return true;
}

bool JsonReader::SkipNumber() {
  if (front() == '-') rest_.remove_prefix(1);
  if (front() == '0') {
    rest_.remove_prefix(1);
  } else if (!SkipDigits()) {
    return false;
  }
  if (front() == '.') {
    rest_.remove_prefix(1);
    if (!SkipDigits()) return false;
  }
  if (front() != 'e' && front() != 'E') return true;
  rest_.remove_prefix(1);
  if (front() == '+' || front() == '-') rest_.remove_prefix(1);
  return SkipDigits();
}

bool JsonReader::SkipWord(std::string_view word) {
  if (rest_.substr(0, word.size()) != word) return false;
  rest_.remove_prefix(word.size());
  return true;
}

bool IsJson(std::string_view text) {
  JsonReader reader(text);
  return reader.TakeValue().has_value() && reader.AtEnd();
}

std::optional<std::string> Unquoted(std::string_view text) {
  text = text.substr(1, text.size() - 2);
  std::string plain;
  plain.reserve(text.size());
  while (!text.empty()) {
    const std::size_t escape = text.find('\\');
    plain.append(text.substr(0, escape));
    if (escape == std::string_view::npos) break;
    const char kind = text[escape + 1];
    text.remove_prefix(escape + 2);
    if (kind != 'u') {
      plain += Unescaped(kind);
    } else if (!AppendEscapedUnit(plain, text)) {
      return std::nullopt;
    }
  }
  return plain;
}

void AppendJsonString(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace oofgg::net
