#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "oofgg/status.h"
#include "storage/redis/redis_reply.h"

struct redisReader;

namespace oofgg::storage::redis {

/// Bytes of a server in, replies out; of hiredis, whose parser it is, nothing is seen outside. Memory is
/// bounded, whatever comes: by the bytes of a reply, its depth (32) and how many values it is made of (a
/// million). Threads: not safe; one owner.
class ReplyReader {
 public:
  explicit ReplyReader(std::size_t max_reply_bytes);

  /// Takes what came. Call `Next` until it has nothing before there is more.
  [[nodiscard]] Status Feed(std::string_view bytes);

  /// The next reply, if all of it is there. kInternal: it is too large, or no RESP; the reader is of no use
  /// then.
  [[nodiscard]] StatusOr<std::optional<RedisReply>> Next();

 private:
  struct Free {
    void operator()(redisReader* reader) const;
  };

  const std::size_t max_reply_bytes_;
  std::size_t unfinished_bytes_ = 0;  // Of the reply that is not complete yet.
  std::size_t nodes_ = 0;             // Of the same reply.
  std::unique_ptr<redisReader, Free> reader_;
};

}  // namespace oofgg::storage::redis
