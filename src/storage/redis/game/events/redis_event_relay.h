#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/event_relay.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "storage/redis/game/events/event_log_link.h"
#include "storage/redis/game/events/event_sender.h"
#include "storage/redis/redis_options.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage {

/// Sessions shared through Redis Streams: one stream and one channel a session, under `oofgg:{SESSION}`, on
/// one server, Sentinel, or a cluster, of Redis 7. It connects by itself, and again after each loss: what is
/// published meanwhile waits, what was missed is read. Threads: safe; `work` runs what may block.
class RedisEventRelay final : public game::EventRelay {
 public:
  RedisEventRelay(const RedisOptions& redis, const EventRelayOptions& options, Executor& work,
                  const Clock& clock, RandomSource& random);
  /// Waits, not for long, for what is yet to be told.
  ~RedisEventRelay() override;
  RedisEventRelay(const RedisEventRelay&) = delete;
  RedisEventRelay& operator=(const RedisEventRelay&) = delete;

  void Attach(std::weak_ptr<Home> home) override;
  [[nodiscard]] std::unique_ptr<Following> Follow(const std::string& session_id,
                                                  std::weak_ptr<Follower> follower) override;
  Status Append(const std::string& session_id, game::RelayEntry entry, OnFailed on_failed) override;
  void TellRowChanged(std::string_view session_id) override;

 private:
  class Senders;

  const std::shared_ptr<EventLogLink> link_;
  const std::shared_ptr<Senders> senders_;
  RedisSubscriber subscriber_;
  std::vector<RedisSubscription> rows_;
};

}  // namespace oofgg::storage
