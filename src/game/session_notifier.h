#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "game/string_map.h"

namespace oofgg::game {

/// Tells those who watch a session that its row changed. What it now says they read from the store, so that
/// a slow watcher gets the newest state and nothing is queued.
/// Threads: safe; watchers run on the thread that notifies, with no lock held.
class SessionNotifier {
 public:
  class Watcher {
   public:
    virtual ~Watcher() = default;
    /// Cheap; must not call back. May come once more after `Remove` has returned.
    virtual void OnSessionChanged() = 0;
  };

  /// `tell_others` hears of each change as well, if it is there, after the watchers.
  explicit SessionNotifier(std::function<void(std::string_view session_id)> tell_others = nullptr)
      : tell_others_(std::move(tell_others)) {}

  void Add(std::string_view session_id, const std::shared_ptr<Watcher>& watcher);
  void Remove(std::string_view session_id, const Watcher* watcher);
  void Notify(std::string_view session_id);
  /// The change was made, and told, elsewhere; perhaps to any of the sessions, where the id is empty.
  void NotifyHere(std::string_view session_id);

 private:
  const std::function<void(std::string_view session_id)> tell_others_;
  std::mutex mutex_;
  StringMap<std::vector<std::shared_ptr<Watcher>>> watchers_;
};

}  // namespace oofgg::game
