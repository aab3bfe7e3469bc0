#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game/event_relay.h"
#include "oofgg/status.h"
#include "storage/redis/game/events/event_codec.h"
#include "storage/redis/game/events/event_log_link.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage {

/// Follows one session's log: reads what it has kept, then takes batches off its channel as long as nothing
/// is missing between them, and reads what is. Threads: safe. Made by std::make_shared.
class EventFollower : public std::enable_shared_from_this<EventFollower> {
 public:
  using Report = std::function<void(std::uint64_t lost_first, std::uint64_t lost_last)>;

  /// `report` tells the others of numbers that were given out here and are not in the log.
  EventFollower(std::shared_ptr<EventLogLink> link, std::string session_id,
                std::weak_ptr<game::EventRelay::Follower> listener, Report report)
      : link_(std::move(link)),
        session_id_(std::move(session_id)),
        listener_(std::move(listener)),
        report_(std::move(report)) {}

  void Start(RedisSubscriber& subscriber);
  /// Nothing is heard from now on. Once.
  void Stop();

 private:
  using Listener = game::EventRelay::Follower;
  using Entries = std::vector<game::RelayEntry>;

  void Read(std::optional<std::uint64_t> run = std::nullopt);
  void OnRead(const StatusOr<RedisReply>& reply);
  void OnRun(const StatusOr<std::uint64_t>& run);
  void OnReadFailed(const Status& why);
  void OnSessionGone(const Status& why);
  void OnMessage(std::string_view bytes);
  [[nodiscard]] bool TakeBatchLocked(Listener& listener, const event_codec::Batch& batch);
  [[nodiscard]] bool TakeEarlyLocked(Listener& listener);
  void TakeKeptLocked(Listener& listener, const RedisReply& reply);
  void NoteJumpLocked(std::uint64_t previous);
  void AddLocked(Entries& entries, std::uint64_t number, std::string_view bytes,
                 std::chrono::milliseconds age) const;

  const std::shared_ptr<EventLogLink> link_;
  const std::string session_id_;
  const std::weak_ptr<game::EventRelay::Follower> listener_;
  const Report report_;

  std::mutex mutex_;                 // Held while the listener is told, which keeps the order.
  std::optional<std::uint64_t> at_;  // The last number told; nothing before the first read.
  bool reading_ = false;
  bool again_ = false;  // Something came that this reading may not have seen.
  bool stopped_ = false;
  std::vector<std::string> early_;  // Messages that came while reading.
  std::size_t early_bytes_ = 0;
  std::uint64_t reported_ = 0;
  RedisSubscription subscription_;
};

}  // namespace oofgg::storage
