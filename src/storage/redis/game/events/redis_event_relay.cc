#include "storage/redis/game/events/redis_event_relay.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "storage/redis/game/events/event_follower.h"
#include "storage/redis/game/events/event_keys.h"
#include "storage/redis/key_slot.h"
#include "storage/redis/publish.h"

namespace oofgg::storage {
namespace {

std::string RowChannelOf(std::string_view session_id) {
  return event_keys::RowChannel(static_cast<std::size_t>(redis::KeySlot(session_id)) %
                                event_keys::kRowChannels);
}

class FollowingLog final : public game::EventRelay::Following {
 public:
  explicit FollowingLog(std::shared_ptr<EventFollower> follower) : follower_(std::move(follower)) {}
  ~FollowingLog() override { follower_->Stop(); }

 private:
  const std::shared_ptr<EventFollower> follower_;
};

}  // namespace

/// Those of all sessions that had something to say lately.
class RedisEventRelay::Senders {
 public:
  explicit Senders(std::shared_ptr<EventLogLink> link) : link_(std::move(link)) {}

  std::shared_ptr<EventSender> Of(const std::string& session_id) {
    const std::lock_guard lock(mutex_);
    if (const auto found = senders_.find(session_id); found != senders_.end()) return found->second;
    DropIdle();
    auto sender = std::make_shared<EventSender>(link_, session_id);
    senders_.emplace(session_id, sender);
    return sender;
  }

 private:
  // Looks at all only when their number has doubled since the last time.
  void DropIdle() {
    if (senders_.size() < sweep_at_) return;
    for (auto it = senders_.begin(); it != senders_.end();) {
      const auto here = it++;
      // Held by the map alone, or somebody may be about to append.
      if (here->second.use_count() == 1 && here->second->IsIdle()) senders_.erase(here);
    }
    sweep_at_ = std::max<std::size_t>(64, senders_.size() * 2);
  }

  const std::shared_ptr<EventLogLink> link_;
  std::mutex mutex_;  // Taken before a sender's own.
  game::StringMap<std::shared_ptr<EventSender>> senders_;
  std::size_t sweep_at_ = 64;
};

RedisEventRelay::RedisEventRelay(const RedisOptions& redis, const EventRelayOptions& options, Executor& work,
                                 const Clock& clock, RandomSource& random)
    : link_(std::make_shared<EventLogLink>(redis, options, work, clock, random)),
      senders_(std::make_shared<Senders>(link_)),
      subscriber_(redis) {
  for (std::size_t i = 0; i < event_keys::kRowChannels; ++i) {
    rows_.push_back(subscriber_.Subscribe(
        event_keys::RowChannel(i),
        [link = link_](std::string_view session_id) {
          const auto home = session_id.empty() ? nullptr : link->home();
          if (home != nullptr) home->OnRowChanged(session_id);
        },
        [link = link_](RedisChannelState state) {
          const auto home = state == RedisChannelState::kLost ? nullptr : link->home();
          if (home != nullptr) home->OnRowChanged({});
        }));
  }
}

RedisEventRelay::~RedisEventRelay() {
  link_->WaitUntilTold(link_->options.last_patience);
  // Ends the threads that call back before what they use is gone.
  link_->client.Shutdown();
  rows_.clear();
}

void RedisEventRelay::Attach(std::weak_ptr<Home> home) { link_->Attach(std::move(home)); }

std::unique_ptr<game::EventRelay::Following> RedisEventRelay::Follow(const std::string& session_id,
                                                                     std::weak_ptr<Follower> follower) {
  const auto report = [senders = std::weak_ptr(senders_), session_id](std::uint64_t first,
                                                                      std::uint64_t last) {
    const auto here = senders.lock();
    if (here == nullptr) return;
    game::RelayEntry lost{.effect = game::RelayEntry::Effect::kLost, .lost_first = first, .lost_last = last};
    // If there is no room for it, what fills it cannot be told either.
    static_cast<void>(here->Of(session_id)->Append(lost, nullptr));
  };
  auto log = std::make_shared<EventFollower>(link_, session_id, std::move(follower), report);
  log->Start(subscriber_);
  return std::make_unique<FollowingLog>(std::move(log));
}

Status RedisEventRelay::Append(const std::string& session_id, game::RelayEntry entry, OnFailed on_failed) {
  return senders_->Of(session_id)->Append(entry, std::move(on_failed));
}

void RedisEventRelay::TellRowChanged(std::string_view session_id) {
  link_->client.Send(
      PublishCommand(link_->client.options().url, RowChannelOf(session_id), session_id).Idempotent(),
      DeadlineAfter(link_->clock.Now(), link_->options.server_patience), [](const StatusOr<RedisReply>&) {});
}

}  // namespace oofgg::storage
