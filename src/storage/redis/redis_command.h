#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace oofgg::storage {

/// One command with its arguments, as bytes for the wire. Arguments may hold any bytes; nothing is parsed or
/// quoted, hence nothing can be injected.
class RedisCommand {
 public:
  /// `RedisCommand({"SET", key, value})`. The name of a command of two words is two words here too.
  RedisCommand(std::initializer_list<std::string_view> words);

  RedisCommand& Add(std::string_view word);
  RedisCommand& Add(std::int64_t number);

  /// Says that running it twice is as good as once, so that it may be sent again when the link was lost.
  RedisCommand& Idempotent() {
    idempotent_ = true;
    return *this;
  }
  [[nodiscard]] bool idempotent() const { return idempotent_; }

  /// Appends it in RESP.
  void AppendTo(std::string& out) const;

 private:
  std::string words_;
  std::size_t count_ = 0;
  bool idempotent_ = false;
};

}  // namespace oofgg::storage
