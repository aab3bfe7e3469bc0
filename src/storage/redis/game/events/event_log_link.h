#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "game/event_channel.h"
#include "game/event_relay.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct EventRelayOptions {
  game::EventWindow window{};  ///< How much of each session's past is kept.
  /// How long an event is tried to be told. A player would rather know; what the server says is nowhere else.
  std::chrono::milliseconds player_patience{10'000};
  std::chrono::milliseconds server_patience{60'000};
  std::chrono::milliseconds last_patience{1'000};  ///< The same when the relay ends.
};

/// What senders and followers of logs share: the link to Redis, and the room at home. Threads: safe.
class EventLogLink {
 public:
  EventLogLink(const RedisOptions& redis, const EventRelayOptions& relay, Executor& work, const Clock& time,
               RandomSource& random)
      : client(redis), options(relay), executor(work), clock(time), sender(random.Next()) {}

  void Attach(std::weak_ptr<game::EventRelay::Home> home) {
    const std::lock_guard lock(mutex_);
    home_ = std::move(home);
  }
  [[nodiscard]] std::shared_ptr<game::EventRelay::Home> home() const {
    const std::lock_guard lock(mutex_);
    return home_.lock();
  }

  /// Asks the room for the session's next run, where blocking is allowed.
  void AskNextRun(const std::string& session_id, std::function<void(StatusOr<std::uint64_t>)> on_run) {
    executor.Post([at_home = home(), session_id, on_run = std::move(on_run)] {
      on_run(at_home == nullptr ? MakeStatus(StatusCode::kCancelled, "the game room is closed")
                                : at_home->NextStreamRun(session_id));
    });
  }

  /// Runs `task` a little later.
  void Later(std::chrono::milliseconds delay, Task task) {
    executor.PostAt(DeadlineAfter(clock.Now(), delay), std::move(task));
  }

  [[nodiscard]] std::uint64_t NextBatch() { return ++last_batch_; }

  /// Counts entries that wait to be told, and are over.
  void NoteWaiting() {
    const std::lock_guard lock(mutex_);
    ++untold_;
  }
  void NoteOver(std::size_t entries) {
    const std::lock_guard lock(mutex_);
    untold_ -= entries;
    if (untold_ == 0) all_over_.notify_all();
  }
  /// Until none waits, or it takes too long.
  void WaitUntilTold(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    all_over_.wait_for(lock, patience, [this] { return untold_ == 0; });
  }

  RedisClient client;
  const EventRelayOptions options;
  Executor& executor;
  const Clock& clock;
  const std::uint64_t sender;  ///< Who we are, for the log to know again what it has had from us.

 private:
  std::atomic<std::uint64_t> last_batch_ = 0;
  mutable std::mutex mutex_;  // A leaf.
  std::condition_variable all_over_;
  std::size_t untold_ = 0;
  std::weak_ptr<game::EventRelay::Home> home_;
};

/// The window's age as the scripts have it, in milliseconds.
[[nodiscard]] inline std::int64_t AgeOf(const game::EventWindow& window) {
  return std::chrono::ceil<std::chrono::milliseconds>(window.age).count();
}

/// For how long a log is kept behind its last entry; nothing: for good.
[[nodiscard]] std::chrono::milliseconds TimeToKeep(const std::string& session_id, bool is_over);

}  // namespace oofgg::storage
