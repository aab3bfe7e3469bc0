#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "net/websocket/subscriptions.h"

namespace oofgg::net {

/// Sessions that are made by being named, with streams as game::EventFacade has them: numbered events for all
/// who listen, the sender too, and all of them kept. Some names are special: `forbidden` and `missing` are
/// refused so, `away` as unavailable.
/// Threads: safe.
class FakeSessions {
 public:
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

 private:
  class Stream;
  struct Session {
    std::vector<GameEvent> events;
    std::vector<const Stream*> streams;
  };

  std::uint64_t Publish(GameEvent event);

  mutable std::mutex mutex_;
  std::map<std::string, Session> sessions_;
  std::size_t streams_ = 0;
  std::size_t entries_ = 0;
  std::size_t handlers_ = 0;
  std::atomic<bool> overlapped_ = false;
};

}  // namespace oofgg::net
