#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
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

  /// In a cluster: which key, or sharded channel, says where it runs. Without a word it is the first
  /// argument, and a command without arguments runs on any master.
  RedisCommand& OnKey(std::string_view key);
  /// In a cluster: it runs on any master, though it has arguments.
  RedisCommand& Keyless();
  [[nodiscard]] std::optional<std::string_view> key() const;

  /// Appends it in RESP.
  void AppendTo(std::string& out) const;

 private:
  enum class KeyIs { kFirstArgument, kGiven, kNone };

  std::string words_;
  std::size_t count_ = 0;
  bool idempotent_ = false;
  KeyIs key_is_ = KeyIs::kFirstArgument;
  std::string key_;  // Where it is given.
};

}  // namespace oofgg::storage
