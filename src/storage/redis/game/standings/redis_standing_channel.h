#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "game/standing_channel.h"
#include "oofgg/executor.h"
#include "storage/redis/game/standings/standing_inbox.h"
#include "storage/redis/redis_client.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage {

/// A channel of Redis (`RedisSubscriber`), `oofgg:standings:` and `name`. One message is under way at a time;
/// what is told meanwhile makes the next one. Threads: safe; listeners are called on `executor`, which
/// outlives this.
class RedisStandingChannel final : public game::StandingChannel {
 public:
  /// `name` is that of the database, as others share Redis. `sender`: a random number, by which it knows its
  /// own messages.
  RedisStandingChannel(const RedisOptions& options, std::string_view name, std::uint64_t sender,
                       Executor& executor);
  /// Nobody listens any more. What was told and is not sent yet is lost.
  ~RedisStandingChannel() override;
  RedisStandingChannel(const RedisStandingChannel&) = delete;
  RedisStandingChannel& operator=(const RedisStandingChannel&) = delete;

  void Tell(const game::StandingNews& news) override;
  void Listen(game::StandingChannel::Listener* listener) override { inbox_->Listen(listener); }

 private:
  void Publish(const std::string& message);
  void OnPublished();
  void OnMessage(std::string_view message);
  void OnState(RedisChannelState state);

  const std::string channel_;
  const std::uint64_t sender_;
  const std::shared_ptr<StandingInbox> inbox_;
  std::mutex mutex_;
  std::string next_;         // The message that gathers; empty: none does.
  bool publishing_ = false;  // One is under way.
  RedisClient client_;
  RedisSubscriber subscriber_;
  RedisSubscription subscription_;
};

}  // namespace oofgg::storage
