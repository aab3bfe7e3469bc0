#include "game/session_notifier.h"

namespace oofgg::game {

void SessionNotifier::Add(std::string_view session_id, const std::shared_ptr<Watcher>& watcher) {
  const std::lock_guard lock(mutex_);
  watchers_[std::string(session_id)].push_back(watcher);
}

void SessionNotifier::Remove(std::string_view session_id, const Watcher* watcher) {
  const std::lock_guard lock(mutex_);
  const auto found = watchers_.find(session_id);
  if (found == watchers_.end()) return;
  std::erase_if(found->second, [watcher](const auto& other) { return other.get() == watcher; });
  if (found->second.empty()) watchers_.erase(found);
}

void SessionNotifier::Notify(std::string_view session_id) {
  NotifyHere(session_id);
  if (tell_others_) tell_others_(session_id);
}

void SessionNotifier::NotifyHere(std::string_view session_id) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  {
    const std::lock_guard lock(mutex_);
    if (session_id.empty()) {
      for (const auto& [id, its] : watchers_) watchers.insert(watchers.end(), its.begin(), its.end());
    } else if (const auto found = watchers_.find(session_id); found != watchers_.end()) {
      watchers = found->second;
    }
  }
  for (const auto& watcher : watchers) watcher->OnSessionChanged();
}

}  // namespace oofgg::game
