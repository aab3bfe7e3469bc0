#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage::redis {

/// The callbacks of one subscription: called on the subscriber's thread until `Close`.
class Listener {
 public:
  Listener(std::string channel, RedisSubscriber::OnMessage on_message, RedisSubscriber::OnState on_state)
      : channel_(std::move(channel)), on_message_(std::move(on_message)), on_state_(std::move(on_state)) {}

  [[nodiscard]] const std::string& channel() const { return channel_; }

  void Tell(std::string_view message) {
    Run([&] { on_message_(message); });
  }
  /// The channel is confirmed: says what that means to this listener, once a link.
  void TellSubscribed() {
    if (std::exchange(subscribed_, true)) return;
    const auto state = std::exchange(was_subscribed_, true) ? RedisChannelState::kResubscribed
                                                            : RedisChannelState::kSubscribed;
    TellState(state);
  }
  void TellLost() {
    if (std::exchange(subscribed_, false)) TellState(RedisChannelState::kLost);
  }

  /// None begins afterwards; waits for the one that runs, unless it is that one which closes. Threads: any.
  void Close() {
    std::unique_lock lock(mutex_);
    closed_ = true;
    if (runner_ == std::this_thread::get_id()) return;
    idle_.wait(lock, [this] { return runner_ == std::thread::id(); });
  }

 private:
  void TellState(RedisChannelState state) {
    if (on_state_) Run([&] { on_state_(state); });
  }

  template <typename Callback>
  void Run(Callback&& callback) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return;
      runner_ = std::this_thread::get_id();
    }
    callback();
    const std::lock_guard lock(mutex_);
    runner_ = {};
    idle_.notify_all();
  }

  const std::string channel_;
  const RedisSubscriber::OnMessage on_message_;
  const RedisSubscriber::OnState on_state_;
  bool subscribed_ = false;      // On the present link.
  bool was_subscribed_ = false;  // On any.

  std::mutex mutex_;
  std::condition_variable idle_;
  bool closed_ = false;     // Guarded by mutex_.
  std::thread::id runner_;  // Guarded by mutex_.
};

}  // namespace oofgg::storage::redis
