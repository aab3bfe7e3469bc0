#pragma once

#include <memory>
#include <string>
#include <vector>

#include "oofgg/auth/jwks.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "servers/common/tidy_timer.h"
#include "storage/redis/orchestration/redis_key_rings.h"

namespace oofgg::servers {

/// Sees to it that makers on one Redis sign join tickets with the same keys: a player would be turned away by
/// a game server that was given those of another. Sets that overlap are fine, so that keys may be rotated
/// while makers are started anew one by one. While it lives, others are held against its keys.
class TicketKeyNotice {
 public:
  /// Null without Redis. kFailedPrecondition, naming `--keys`, if another maker that runs has none of `keys`;
  /// one that was killed is taken to run for ten seconds more. `redis` and `executor` must outlive it.
  [[nodiscard]] static StatusOr<std::unique_ptr<TicketKeyNotice>> Post(storage::RedisClient* redis,
                                                                       const auth::Jwks& keys,
                                                                       Executor& executor,
                                                                       const Clock& clock);
  ~TicketKeyNotice();
  TicketKeyNotice(const TicketKeyNotice&) = delete;
  TicketKeyNotice& operator=(const TicketKeyNotice&) = delete;

 private:
  TicketKeyNotice(storage::RedisClient& redis, const auth::Jwks& keys);
  [[nodiscard]] Status Announce() const;

  const storage::RedisKeyRings rings_;
  const std::string maker_;
  std::vector<std::string> key_ids_;
  std::unique_ptr<TidyTimer> timer_;
};

}  // namespace oofgg::servers
