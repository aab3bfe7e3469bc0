#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/random.h"
#include "oofgg/status.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct RowOptions {
  /// A call's whole time. A link that is lost under it may come back meanwhile: what is safe to repeat is.
  std::chrono::milliseconds timeout{2000};
  /// The same where there is no link to begin with, so that callers do not all wait for a Redis that is away.
  std::chrono::milliseconds timeout_without_link{250};
};

/// How stores of rows call Redis: one round trip a call, which blocks. Threads: safe; not inside
/// callbacks of `client`, which must outlive it and the callbacks of `Send`. Errors: kUnavailable, whatever
/// went wrong and whether or not it was done: why is the server's affair, not the player's.
class RowLink {
 public:
  /// `kept`: what rows are of, for messages, such as "sessions".
  RowLink(RedisClient& client, RowOptions options, std::string_view kept);

  [[nodiscard]] StatusOr<RedisReply> Call(const RedisCommand& command) const;
  /// The same without blocking; `on_reply` runs on the thread of `client`, or inside the call.
  void Send(const RedisCommand& command, RedisClient::OnReply on_reply) const;
  [[nodiscard]] StatusOr<RedisReply> Run(const RedisScript& script, RedisScriptCall call) const;

  /// No other call's. A write leaves it in its row, so that the same write, sent again because its answer was
  /// lost, finds that it has been there.
  [[nodiscard]] std::string NewMark() const;

 private:
  [[nodiscard]] TimePoint Deadline() const;

  [[nodiscard]] static StatusOr<RedisReply> OrUnavailable(StatusOr<RedisReply> reply,
                                                          const std::string& kept);

  RedisClient& client_;
  const RowOptions options_;
  const std::string kept_;
  mutable std::atomic<std::uint64_t> next_mark_;
};

}  // namespace oofgg::storage
