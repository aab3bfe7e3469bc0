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

void RedisCommand::AppendTo(std::string& out) const {
  out += '*';
  AppendNumber(out, count_);
  out += "\r\n";
  out += words_;
}

}  // namespace oofgg::storage
