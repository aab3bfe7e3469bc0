#include "storage/redis/redis_command.h"

#include <array>
#include <charconv>

namespace oofgg::storage {
namespace {

void AppendNumber(std::string& out, std::size_t number) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

/// The first of `words`, each of them `$SIZE CRLF WORD CRLF` as `Add` has written it; they lose it.
std::string_view TakeWord(std::string_view& words) {
  std::size_t size = 0;
  const char* const digits_end = std::from_chars(words.data() + 1, words.data() + words.size(), size).ptr;
  const auto head = static_cast<std::size_t>(digits_end - words.data()) + 2;
  const std::string_view word = words.substr(head, size);
  words.remove_prefix(head + size + 2);
  return word;
}

}  // namespace

RedisCommand::RedisCommand(std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) Add(word);
}

RedisCommand& RedisCommand::Add(std::string_view word) {
  words_ += '$';
  AppendNumber(words_, word.size());
  words_ += "\r\n";
  words_ += word;
  words_ += "\r\n";
  ++count_;
  return *this;
}

RedisCommand& RedisCommand::Add(std::int64_t number) { return Add(std::to_string(number)); }

RedisCommand& RedisCommand::OnKey(std::string_view key) {
  key_is_ = KeyIs::kGiven;
  key_ = key;
  return *this;
}

RedisCommand& RedisCommand::Keyless() {
  key_is_ = KeyIs::kNone;
  return *this;
}

std::optional<std::string_view> RedisCommand::key() const {
  if (key_is_ == KeyIs::kGiven) return key_;
  if (key_is_ == KeyIs::kNone || count_ < 2) return std::nullopt;
  std::string_view words = words_;
  TakeWord(words);
  return TakeWord(words);
}

void RedisCommand::AppendTo(std::string& out) const {
  out += '*';
  AppendNumber(out, count_);
  out += "\r\n";
  out += words_;
}

}  // namespace oofgg::storage
