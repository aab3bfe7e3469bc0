#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "net/websocket/subscriptions.h"

namespace oofgg::net {

/// Sessions that are made by being named, with streams as game::EventFacade has them: numbered events for all
/// who listen, the sender too, and all of them kept. Some names are special: `forbidden` and `missing` are
/// refused so, `away` as unavailable, and `slow` is never at hand. To open one is to wait for a store.
/// Threads: safe.
class FakeSessions {
 public:
  /// `may_wait`: whether this thread is one on which a store may be waited for.
  explicit FakeSessions(std::function<bool()> may_wait) : may_wait_(std::move(may_wait)) {}

  /// For WebSocketListener::Listen.
  OpenEvents Opener();

  /// Says `event` to all who listen to its session, as a server does. One without a name only tells a place.
  void Say(GameEvent event);
  /// Ends the streams on that session.
  void End(const std::string& session_id, const Status& why);

  /// That listen to a session.
  [[nodiscard]] std::size_t streams() const;
  /// That ever came to.
  [[nodiscard]] std::size_t entries() const;
  /// That were opened and not closed.
  [[nodiscard]] std::size_t handlers() const;
  [[nodiscard]] std::vector<GameEvent> events(const std::string& session_id) const;
  /// Whether two methods of one stream have ever run at once.
  [[nodiscard]] bool overlapped() const { return overlapped_; }
  /// Whether a thread ever waited that may not.
  [[nodiscard]] bool waited_wrongly() const { return waited_wrongly_; }

 private:
  class Stream;
  struct Session {
    std::vector<GameEvent> events;
    std::vector<const Stream*> streams;
  };

  std::uint64_t Publish(GameEvent event);

  void Wait() {
    if (!may_wait_()) waited_wrongly_ = true;
  }

  const std::function<bool()> may_wait_;
  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;
  std::size_t streams_ = 0;
  std::size_t entries_ = 0;
  std::size_t handlers_ = 0;
  std::atomic<bool> overlapped_ = false;
  std::atomic<bool> waited_wrongly_ = false;
};

}  // namespace oofgg::net
