#include "presence/hub_shard.h"

#include <utility>

namespace oofgg::presence {

HubShard::HubShard(const Clock& clock, Executor& executor, PresenceTable::Options options)
    : clock_(clock), executor_(executor), table_(options) {}

HubShard::ConnectionId HubShard::Connect(std::string_view user_id,
                                         const PresenceTable::ConnectionOptions& options,
                                         std::span<const std::string> friends,
                                         std::shared_ptr<PresenceHost> host, HostTag tag) {
  Aftermath aftermath;
  ConnectionId connection;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return {};
    if (auto made = table_.Connect(clock_.Now(), user_id, options, friends); made.ok()) {
      connection = *made;
      if (hosts_.size() <= connection.slot) hosts_.resize(connection.slot + std::size_t{1});
      hosts_[connection.slot] = {std::move(host), tag};
      aftermath = CollectLocked();
    } else {
      aftermath = CollectLocked();
      aftermath.finish.emplace_back(Host{std::move(host), tag}, made.status());
    }
  }
  Perform(aftermath);
  return connection;
}

void HubShard::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  Aftermath aftermath;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    const Status status = table_.SetFriends(connection, friends);
    aftermath = CollectLocked();
    // kNotFound: it was ended before, and its host heard of that.
    if (!status.ok() && status.code() != StatusCode::kNotFound) {
      aftermath.finish.emplace_back(hosts_[connection.slot], status);
    }
  }
  Perform(aftermath);
}

void HubShard::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  Aftermath aftermath;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    table_.SetStatus(connection, status).IgnoreError();  // It was ended before, and its host heard of that.
    aftermath = CollectLocked();
  }
  Perform(aftermath);
}

void HubShard::SignOff(ConnectionId connection) {
  Aftermath aftermath;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    auto host = TakeHostLocked(connection);
    table_.SignOff(clock_.Now(), connection);
    aftermath = CollectLocked();
    aftermath.dropped = std::move(host);
  }
  Perform(aftermath);
}

void HubShard::Close(ConnectionId connection) {
  Aftermath aftermath;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    auto host = TakeHostLocked(connection);
    table_.Close(clock_.Now(), connection);
    aftermath = CollectLocked();
    aftermath.dropped = std::move(host);
  }
  Perform(aftermath);
}

HubShard::Host HubShard::TakeHostLocked(ConnectionId connection) {
  // A stale id's slot may belong to somebody else by now.
  return table_.IsLive(connection) ? std::move(hosts_[connection.slot]) : Host{};
}

std::optional<PresenceUpdate> HubShard::NextUpdate(ConnectionId connection) {
  const std::lock_guard lock(mutex_);
  return stopped_ ? std::nullopt : table_.NextUpdate(connection);
}

PresenceUpdate HubShard::StateOf(std::string_view user_id) const {
  const std::lock_guard lock(mutex_);
  return table_.StateOf(user_id);
}

bool HubShard::IsOnline(std::string_view user_id) const {
  const std::lock_guard lock(mutex_);
  return table_.IsOnline(user_id);
}

std::string HubShard::UserOf(ConnectionId connection) const {
  const std::lock_guard lock(mutex_);
  return table_.UserOf(connection);
}

PresenceTable::Counts HubShard::counts() const {
  const std::lock_guard lock(mutex_);
  return table_.counts();
}

HubShard::Aftermath HubShard::CollectLocked() {
  Aftermath aftermath;
  for (const ConnectionId evicted : table_.TakeEvicted()) {
    aftermath.finish.emplace_back(
        std::move(hosts_[evicted.slot]),
        WithReason(MakeStatus(StatusCode::kPermissionDenied,
                              "this user has signed in with a token; connect with a token too"),
                   "USER_HELD_BY_TOKEN"));
  }
  for (const ConnectionId ready : table_.TakeReady()) aftermath.wake.push_back(hosts_[ready.slot]);
  ArmTimerLocked();
  return aftermath;
}

void HubShard::ArmTimerLocked() {
  const TimePoint deadline = table_.NextDeadline();
  if (deadline >= timer_at_) return;  // One that fires too early looks again.
  timer_at_ = deadline;
  timer_ = ScopedTimer(executor_, deadline, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->OnTimer();
  });
}

void HubShard::OnTimer() {
  Aftermath aftermath;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    timer_at_ = kNever;
    table_.Advance(clock_.Now());
    aftermath = CollectLocked();
  }
  Perform(aftermath);
}

void HubShard::Perform(const Aftermath& aftermath) {
  for (const auto& [host, tag] : aftermath.wake) host->Wake(tag);
  for (const auto& [connection, status] : aftermath.finish) connection.host->Finish(connection.tag, status);
}

void HubShard::Stop() {
  std::deque<Host> dropped;
  ScopedTimer timer;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  dropped.swap(hosts_);
  timer = std::move(timer_);
}

}  // namespace oofgg::presence
