#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace oofgg::net {

/// Takes JSON (RFC 8259) apart without making anything of it: a value is the bytes it is written with, so
/// that what a game sends is passed on as it was. `text` is UTF-8, which is not looked at again. Threads: one
/// owner. Lifetime: `text` and what is taken of it are the caller's.
class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : rest_(text) {}

  /// Takes `token` if it is what comes next, blanks before it aside.
  bool Take(char token);
  /// The next value, checked down to its last brace; nothing if it is none, or nested deeper than 64.
  std::optional<std::string_view> TakeValue();
  /// The next string, quotes and escapes included.
  std::optional<std::string_view> TakeString();
  /// Nothing but blanks is left.
  [[nodiscard]] bool AtEnd();

 private:
  void SkipBlanks();
  bool SkipValue(int depth);
  bool SkipMembers(int depth);
  bool SkipElements(int depth);
  bool SkipString();
  bool SkipNumber();
  bool SkipDigits();
  bool SkipWord(std::string_view word);
  [[nodiscard]] char front() const { return rest_.empty() ? '\0' : rest_.front(); }

  std::string_view rest_;
};

/// Whether `text` is one JSON value.
[[nodiscard]] bool IsJson(std::string_view text);

/// What a string taken by JsonReader means; nothing if it has half a surrogate pair, which UTF-8 cannot say.
[[nodiscard]] std::optional<std::string> Unquoted(std::string_view text);

/// Appends `text`, which is UTF-8, as a JSON string.
void AppendJsonString(std::string& out, std::string_view text);

}  // namespace oofgg::net
