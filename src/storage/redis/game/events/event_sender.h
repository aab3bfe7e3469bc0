#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "game/event_relay.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/redis/game/events/event_log_link.h"

namespace oofgg::storage {

/// Appends what is published here to one session's log, in order: what comes while a batch is under way goes
/// with the next one. A batch whose outcome is unknown is sent again as it was; the log knows it by its
/// number. Threads: safe. Made by std::make_shared.
class EventSender : public std::enable_shared_from_this<EventSender> {
 public:
  EventSender(std::shared_ptr<EventLogLink> link, std::string session_id)
      : link_(std::move(link)), session_id_(std::move(session_id)) {}

  /// As of EventRelay::Append.
  Status Append(const game::RelayEntry& entry, game::EventRelay::OnFailed on_failed);

  /// Nothing waits or is under way.
  [[nodiscard]] bool IsIdle() const;

 private:
  struct Item {
    std::string bytes;
    std::size_t size = 0;
    TimePoint since{};
    std::uint64_t known = 0;  ///< A number that was given out before.
    bool is_servers = false;
    bool is_end = false;
    game::EventRelay::OnFailed on_failed;  ///< Empty once it was called.
  };
  using Items = std::vector<Item>;

  void AddLocked(Item item, const std::deque<Item>::const_iterator& place);
  bool TakeBatchLocked();
  void SendBatch(std::optional<std::uint64_t> run);
  void OnReply(const StatusOr<RedisReply>& reply);
  void OnRun(const StatusOr<std::uint64_t>& run);
  [[nodiscard]] Item ItemOf(const game::RelayEntry& entry) const;
  void NoteNumbers(const RedisReply& reply);
  void TellLossLocked();
  void Finish();
  void Fail(const Status& why);
  void Tell(Items failed, const Status& why) const;
  [[nodiscard]] Items TakeOverdueLocked(TimePoint now);

  const std::shared_ptr<EventLogLink> link_;
  const std::string session_id_;
  mutable std::mutex mutex_;  // Taken before the link's.
  std::deque<Item> waiting_;
  std::size_t waiting_bytes_ = 0;
  Items batch_;  // Under way; changed only by who brings it on.
  std::uint64_t batch_number_ = 0;
  std::uint64_t acknowledged_ = 0;  // The last number that the log has given out to us.
};

}  // namespace oofgg::storage
