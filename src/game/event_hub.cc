#include "game/event_hub.h"

#include <algorithm>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::game {

StatusOr<std::shared_ptr<EventChannel>> EventHub::Open(
    std::string_view session_id, absl::FunctionRef<StatusOr<std::uint64_t>()> next_run) {
  if (auto open = Find(session_id); open != nullptr && !open->IsGone()) return open;
  std::uint64_t run = 0;
  if (relay_ == nullptr) {
    OOFGG_ASSIGN_OR_RETURN(run, next_run());
  }

  Channels idle;  // Go when the lock is free again.
  std::shared_ptr<EventChannel> gone;
  const std::lock_guard lock(mutex_);
  if (const auto here = channels_.find(session_id); here != channels_.end()) {
    if (!here->second->IsGone()) return here->second;
    gone = std::move(here->second);
    channels_.erase(here);
  }
  idle = TakeIdle();
  const std::string id(session_id);
  auto channel = relay_ == nullptr
                     ? std::make_shared<EventChannel>(id, BaseOfRun(run), clock_, options_.window)
                     : EventChannel::MakeShared(id, *relay_, clock_, options_.window);
  channels_.emplace(id, channel);
  return channel;
}

void EventHub::Publish(const std::string& session_id, RelayEntry entry) {
  if (relay_ == nullptr) {
    if (const auto channel = Find(session_id)) channel->Apply(std::move(entry));
    return;
  }
  if (const Status taken = relay_->Append(session_id, std::move(entry), nullptr); !taken.ok()) {
    Log(LogLevel::kError, "game", "session " + session_id + ": an event is lost: " + taken.ToString());
  }
}

std::shared_ptr<EventChannel> EventHub::Find(std::string_view session_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = channels_.find(session_id);
  return found == channels_.end() ? nullptr : found->second;
}

std::size_t EventHub::channel_count() const {
  const std::lock_guard lock(mutex_);
  return channels_.size();
}

// Looks at all channels only when their number has doubled since the last time, so opening one stays cheap.
EventHub::Channels EventHub::TakeIdle() {
  Channels idle;
  if (channels_.size() < sweep_at_) return idle;
  const TimePoint idle_before = clock_.Now() - options_.keep;
  for (auto it = channels_.begin(); it != channels_.end();) {
    const auto here = it++;
    // Held by the map alone: a caller that has just found it may be about to subscribe.
    if (here->second.use_count() > 1 || here->second->IdleSince() > idle_before) continue;
    idle.emplace(here->first, std::move(here->second));
    channels_.erase(here);
  }
  sweep_at_ = std::max<std::size_t>(64, channels_.size() * 2);
  return idle;
}

}  // namespace oofgg::game
