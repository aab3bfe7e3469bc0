#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "storage/redis/redis_command.h"

namespace oofgg::storage {

/// A Lua script and the hash by which Redis knows it. Threads: safe, as it never changes.
class RedisScript {
 public:
  explicit RedisScript(std::string_view text);

  [[nodiscard]] const std::string& text() const { return text_; }
  [[nodiscard]] const std::string& sha1() const { return sha1_; }

 private:
  std::string text_;
  std::string sha1_;  // In hexadecimal digits.
};

/// What a script is run on. Every key that it touches must be among `keys`, which in a cluster share a slot.
struct RedisScriptCall {
  std::vector<std::string> keys{};
  std::vector<std::string> arguments{};
  bool idempotent = false;

  /// `EVALSHA hash …` or `EVAL text …`.
  [[nodiscard]] RedisCommand ToCommand(std::string_view name, std::string_view script) const;
};

}  // namespace oofgg::storage
