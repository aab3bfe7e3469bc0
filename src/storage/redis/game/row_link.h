#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

#include "oofgg/random.h"
#include "oofgg/status.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct GameRowOptions {
  /// A call's whole time. A link that is lost under it may come back meanwhile: what is safe to repeat is.
  std::chrono::milliseconds timeout{2000};
  /// The same where there is no link to begin with, so that callers do not all wait for a Redis that is away.
  std::chrono::milliseconds timeout_without_link{250};
};

/// How the stores of the game room call Redis: one round trip a call, which blocks. Threads: safe; not inside
/// callbacks of `client`, which must outlive it. Errors: kUnavailable, whatever went wrong and whether or not
/// it was done: why is the server's affair, not the player's.
class RowLink {
 public:
  RowLink(RedisClient& client, GameRowOptions options);

  [[nodiscard]] StatusOr<RedisReply> Call(const RedisCommand& command) const;
  [[nodiscard]] StatusOr<RedisReply> Run(const RedisScript& script, RedisScriptCall call) const;

  /// No other call's. A write leaves it in its row, so that the same write, sent again because its answer was
  /// lost, finds that it has been there.
  [[nodiscard]] std::string NewMark() const;

 private:
  [[nodiscard]] TimePoint Deadline() const;

  RedisClient& client_;
  const GameRowOptions options_;
  mutable std::atomic<std::uint64_t> next_mark_;
};

}  // namespace oofgg::storage
