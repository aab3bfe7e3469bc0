#pragma once

#include <memory>

namespace oofgg::storage::redis {

class Listener;

/// What a `RedisSubscriber` is made of: one link, or one to each master of a cluster. Threads: safe.
class SubscriberCore {
 public:
  virtual ~SubscriberCore() = default;

  /// No callback runs afterwards.
  virtual void Stop() = 0;
  virtual void Add(const std::shared_ptr<Listener>& listener) = 0;
  virtual void Remove(const std::shared_ptr<Listener>& listener) = 0;
  virtual void ListenAnew() = 0;
};

}  // namespace oofgg::storage::redis
