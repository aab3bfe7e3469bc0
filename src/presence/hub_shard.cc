#include "presence/hub_shard.h"

#include <functional>

namespace oofgg::presence {
namespace {

// Of those who hear of one change: more of them let others go first.
constexpr std::size_t kMany = 64;

}  // namespace

std::size_t HomeOf(std::string_view user_id, std::size_t shards) {
  return shards == 1 ? 0 : std::hash<std::string_view>()(user_id) % shards;
}

HubShard::HubShard(const Clock& clock, Executor& executor, PresenceTable::Options options, unsigned index)
    : clock_(clock), executor_(executor), index_(index), table_(std::move(options)) {}

void HubShard::Meet(HubShards all) {
  const std::lock_guard lock(mutex_);
  all_ = std::move(all);
}

template <typename Work>
void HubShard::Own(Work work) {
  Aftermath aftermath;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    ReadLettersLocked();
    work(aftermath);
    CollectLocked(aftermath);
  }
  Perform(aftermath);
}

HubShard::ConnectionId HubShard::Connect(std::string_view user_id,
                                         const PresenceTable::ConnectionOptions& options,
                                         std::span<const std::string> friends,
                                         std::shared_ptr<PresenceHost> host, HostTag tag) {
  ConnectionId connection;
  Own([&](Aftermath& aftermath) {
    const auto made = table_.Connect(clock_.Now(), user_id, options, friends);
    if (!made.ok()) {
      aftermath.finish.emplace_back(Host{std::move(host), tag}, made.status());
      return;
    }
    connection = *made;
    if (hosts_.size() <= connection.slot) hosts_.resize(connection.slot + std::size_t{1});
    hosts_[connection.slot] = {std::move(host), tag};
  });
  return connection;
}

void HubShard::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  Own([&](Aftermath& aftermath) {
    const Status status = table_.SetFriends(connection, friends);
    // kNotFound: it was ended before, and its host heard of that.
    if (status.ok() || status.code() == StatusCode::kNotFound) return;
    aftermath.finish.emplace_back(hosts_[connection.slot], status);
  });
}

void HubShard::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  // An error: it was ended before, and its host heard of that.
  Own([&](Aftermath&) { table_.SetStatus(connection, status).IgnoreError(); });
}

void HubShard::SignOff(ConnectionId connection) {
  Own([&](Aftermath& aftermath) {
    aftermath.dropped = TakeHostLocked(connection);
    table_.SignOff(clock_.Now(), connection);
  });
}

void HubShard::Close(ConnectionId connection) {
  Own([&](Aftermath& aftermath) {
    aftermath.dropped = TakeHostLocked(connection);
    table_.Close(clock_.Now(), connection);
  });
}

HubShard::Host HubShard::TakeHostLocked(ConnectionId connection) {
  // A stale id's slot may belong to somebody else by now.
  return table_.IsLive(connection) ? std::move(hosts_[connection.slot]) : Host{};
}

std::optional<PresenceUpdate> HubShard::NextUpdate(ConnectionId connection) {
  std::optional<PresenceUpdate> update;
  Own([&](Aftermath&) { update = table_.NextUpdate(connection); });
  return update;
}

PresenceUpdate HubShard::StateOf(std::string_view user_id) {
  PresenceUpdate update;
  Own([&](Aftermath&) { update = table_.StateOf(user_id); });
  return update;
}

bool HubShard::IsOnline(std::string_view user_id) {
  bool is_online = false;
  Own([&](Aftermath&) { is_online = table_.IsOnline(user_id); });
  return is_online;
}

bool HubShard::IsCaughtUp(ConnectionId connection) {
  bool is_caught_up = false;
  Own([&](Aftermath&) { is_caught_up = table_.IsCaughtUp(connection); });
  return is_caught_up;
}

std::string HubShard::UserOf(ConnectionId connection) {
  std::string user;
  Own([&](Aftermath&) { user = table_.UserOf(connection); });
  return user;
}

PresenceTable::Counts HubShard::counts() {
  PresenceTable::Counts counts;
  Own([&](Aftermath&) { counts = table_.counts(); });
  return counts;
}

void HubShard::Post(Letter letter) {
  const std::lock_guard lock(letters_mutex_);
  letters_.push_back(std::move(letter));
  has_letters_ = true;
}

void HubShard::ReadLetters() {
  while (has_letters_) {
    Aftermath aftermath;
    {
      const std::unique_lock lock(mutex_, std::try_to_lock);
      if (!lock.owns_lock() || stopped_) return;  // Who owns it looks here on leaving.
      ReadLettersLocked();
      CollectLocked(aftermath);
    }
    Perform(aftermath);
  }
}

void HubShard::ReadLettersLocked() {
  if (!has_letters_) return;
  std::vector<Letter> letters;
  {
    const std::lock_guard lock(letters_mutex_);
    letters.swap(letters_);
    has_letters_ = false;
  }
  for (const Letter& letter : letters) {
    if (const auto* ask = std::get_if<Ask>(&letter)) {
      table_.Follow(ask->follower, ask->interest.user_id, ask->interest.wanted);
    } else if (const auto* update = std::get_if<PresenceUpdate>(&letter)) {
      table_.Import(*update);
    } else {
      table_.Hear(std::get<PresenceTable::Farewell>(letter));
    }
  }
}

void HubShard::CollectLocked(Aftermath& aftermath) {
  for (const ConnectionId evicted : table_.TakeEvicted()) {
    aftermath.finish.emplace_back(
        std::move(hosts_[evicted.slot]),
        WithReason(MakeStatus(StatusCode::kPermissionDenied,
                              "this user has signed in with a token; connect with a token too"),
                   "USER_HELD_BY_TOKEN"));
  }
  for (const ConnectionId ready : table_.TakeReady()) aftermath.wake.push_back(hosts_[ready.slot]);
  if (all_.size() > 1) WriteLettersLocked(aftermath);
  ArmTimerLocked();
}

// Under the lock, so that letters of one shard to another arrive in the order in which they were meant.
void HubShard::WriteLettersLocked(Aftermath& aftermath) {
  const auto write = [&](std::size_t to, Letter letter) {
    all_[to]->Post(std::move(letter));
    if (aftermath.written_to.empty() || aftermath.written_to.back() != all_[to]) {
      aftermath.written_to.push_back(all_[to]);
    }
  };
  for (PresenceTable::Interest& interest : table_.TakeInterests()) {
    const std::size_t home = HomeOf(interest.user_id, all_.size());
    write(home, Ask{index_, std::move(interest)});
  }
  for (const PresenceTable::Export& shown : table_.TakeExports()) {
    for (std::size_t to = 0; to < all_.size(); ++to) {
      if ((shown.followers >> to & 1) != 0) write(to, shown.update);
    }
  }
  for (PresenceTable::Farewell& farewell : table_.TakeFarewells()) {
    const std::size_t home = HomeOf(farewell.listed, all_.size());
    write(home, std::move(farewell));
  }
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
  Own([&](Aftermath&) {
    timer_at_ = kNever;
    table_.Advance(clock_.Now());
  });
}

void HubShard::Perform(const Aftermath& aftermath) {
  for (const auto& [connection, status] : aftermath.finish) connection.host->Finish(connection.tag, status);
  // Letters first: to wake very many takes a while.
  for (const auto& shard : aftermath.written_to) shard->ReadLetters();
  ReadLetters();
  const bool many = aftermath.wake.size() > kMany;
  for (const auto& [host, tag] : aftermath.wake) many ? host->WakeOneOfMany(tag) : host->Wake(tag);
}

void HubShard::Stop() {
  std::deque<Host> dropped;
  HubShards all;
  ScopedTimer timer;
  const std::lock_guard lock(mutex_);
  stopped_ = true;
  dropped.swap(hosts_);
  all.swap(all_);
  timer = std::move(timer_);
}

}  // namespace oofgg::presence
