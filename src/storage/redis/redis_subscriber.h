#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "storage/redis/redis_options.h"

namespace oofgg::storage {

/// What a subscriber must know about its channel.
enum class RedisChannelState {
  kSubscribed,    ///< For the first time: every message from now on comes.
  kLost,          ///< The link is gone: messages are missed from now on.
  kResubscribed,  ///< It is back, with a gap in between: now is the time to read the truth anew.
};

namespace redis {
class Listener;
class SubscriberCore;
}  // namespace redis

/// A place on a channel. Dropping it unsubscribes: no callback of it begins afterwards, and one that runs is
/// waited for, unless it is that one which drops it. It may outlive its subscriber. Threads: one owner.
class RedisSubscription {
 public:
  RedisSubscription() = default;
  ~RedisSubscription() { Cancel(); }
  RedisSubscription(RedisSubscription&&) noexcept = default;
  RedisSubscription& operator=(RedisSubscription&& other) noexcept;

  void Cancel();

 private:
  friend class RedisSubscriber;
  RedisSubscription(std::weak_ptr<redis::SubscriberCore> core, std::shared_ptr<redis::Listener> listener)
      : core_(std::move(core)), listener_(std::move(listener)) {}

  std::weak_ptr<redis::SubscriberCore> core_;
  std::shared_ptr<redis::Listener> listener_;
};

/// Channels of Redis on a connection of their own, made anew and subscribed again after each loss. Redis
/// forgets a message as soon as it is sent, so a gap is told, never filled (`RedisChannelState`). In a
/// cluster channels are sharded: each lives on the master of its slot, on a link to that one, and what is
/// sent with `PublishCommand` reaches it; that the slot gets another master is a gap too. Threads: safe.
/// Callbacks run on the subscriber's thread, one at a time; they must not wait, and may subscribe, and drop
/// any subscription, their own too.
class RedisSubscriber {
 public:
  using OnMessage = std::function<void(std::string_view message)>;
  using OnState = std::function<void(RedisChannelState state)>;

  /// Begins to connect, and goes on trying. `on_rest` is one more callback: after others, when nothing more
  /// has come yet.
  explicit RedisSubscriber(RedisOptions options, std::function<void()> on_rest = nullptr);
  /// Not inside a callback.
  ~RedisSubscriber();
  RedisSubscriber(const RedisSubscriber&) = delete;
  RedisSubscriber& operator=(const RedisSubscriber&) = delete;

  /// `on_state` may be empty, where a message that is missed does no harm.
  [[nodiscard]] RedisSubscription Subscribe(std::string channel, OnMessage on_message,
                                            OnState on_state = nullptr);

  /// Gives the connection up and makes another, for who has reason to think that it is at the wrong server:
  /// each channel has a gap.
  void ListenAnew();

 private:
  std::shared_ptr<redis::SubscriberCore> core_;
};

}  // namespace oofgg::storage
