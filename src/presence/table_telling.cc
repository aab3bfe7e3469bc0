#include "presence/table_impl.h"

#include <algorithm>
#include <utility>

// Who hears what: how changes reach those whom they concern.
namespace oofgg {

using presence::ConnectionRecord;
using presence::kNone;
using presence::kNoWatch;
using presence::UserRecord;
using presence::Watch;
using presence::Watcher;

void PresenceTable::Impl::GoOnline(UserHandle user) {
  UserRecord& record = users_[user];
  record.online = true;
  ++online_;
  if (!IsSeen(record)) return;
  record.version = ++version_;
  TellWatchers(user, /*came_or_went=*/true, record.has_status);
}

void PresenceTable::Impl::GoOffline(UserHandle user, Slot last) {
  UserRecord& record = users_[user];
  const bool was_seen = IsSeen(record);
  const bool had_status = record.has_status;
  LoseStatus(user);
  graces_.erase(user);
  record.online = false;
  record.proven = false;
  --online_;
  if (!was_seen) return;
  record.version = ++version_;
  TellWatchers(user, /*came_or_went=*/true, had_status);
  if (last != kNone && connections_[last].announces_to_friends) TellFriendsOfDeparture(user, last);
}

void PresenceTable::Impl::Show(UserHandle user, const PresenceStatus& status) {
  UserRecord& record = users_[user];
  const bool was_seen = IsSeen(record);
  const bool is_plain = status == PresenceStatus();
  if (record.has_status ? statuses_.at(user) == status : is_plain) return;
  LoseStatus(user);
  if (!is_plain) {
    statuses_.emplace(user, status);
    record.has_status = true;
    record.hidden = status.state == PresenceState::kOffline;
  }
  if (!was_seen && !IsSeen(record)) return;
  record.version = ++version_;
  TellWatchers(user, was_seen != IsSeen(record), /*status_changed=*/true);
}

void PresenceTable::Impl::LoseStatus(UserHandle user) {
  UserRecord& record = users_[user];
  if (record.has_status) statuses_.erase(user);
  record.has_status = record.hidden = false;
}

void PresenceTable::Impl::TellWatchers(UserHandle user, bool came_or_went, bool status_changed) {
  for (const Watcher& watcher : users_[user].watchers) {
    const bool hears_status = status_changed && connections_[watcher.connection].hears_status;
    if (!came_or_went && !hears_status) continue;
    if (hears_status) graph_.OutdateStatus(watcher.connection, watcher.index);
    graph_.QueueChange(watcher.connection, watcher.index);
    MarkReady(watcher.connection);
  }
}

void PresenceTable::Impl::TellFriendsOfDeparture(UserHandle user, Slot last) {
  for (const Watch& watch : connections_[last].watches) {
    Slot hearer = users_[watch.user].first_connection;
    for (; hearer != kNone; hearer = connections_[hearer].next_of_user) {
      if (connections_[hearer].hears_strangers && !graph_.Lists(hearer, user)) QueueDeparture(hearer, user);
    }
  }
}

void PresenceTable::Impl::QueueDeparture(Slot hearer, UserHandle user) {
  auto& gone = departures_[hearer];
  connections_[hearer].has_departures = true;
  // Strangers must not make a slow reader costly: beyond a full friend list they go unmentioned.
  if (gone.size() >= std::max<std::size_t>(options_.max_friends, 1)) return;
  if (gone.insert_or_assign(user, users_[user].version).second) ++users_[user].pins;
  MarkReady(hearer);
}

std::optional<PresenceUpdate> PresenceTable::Impl::TakeDeparture(Slot slot) {
  if (!connections_[slot].has_departures) return std::nullopt;
  const auto found = departures_.find(slot);
  auto& gone = found->second;
  const auto [user, version] = *gone.begin();
  gone.erase(gone.begin());
  if (gone.empty()) {
    departures_.erase(found);
    connections_[slot].has_departures = false;
  }
  PresenceUpdate update{std::string(users_[user].id.view()), PresenceState::kOffline, version};
  Unpin(user);
  return update;
}

PresenceUpdate PresenceTable::Impl::Describe(UserHandle user) const {
  const UserRecord& record = users_[user];
  PresenceUpdate update{std::string(record.id.view()), PresenceState::kOffline, record.version};
  if (!IsSeen(record)) return update;
  update.state = PresenceState::kOnline;
  if (!record.has_status) return update;
  const PresenceStatus& status = statuses_.at(user);
  update.state = status.state;
  update.text = status.text;
  update.session_id = status.session_id;
  return update;
}

void PresenceTable::Impl::MarkReady(Slot slot) {
  ConnectionRecord& record = connections_[slot];
  if (record.ready || (record.first_changed == kNoWatch && !record.has_departures)) return;
  record.ready = true;
  ready_.push_back({slot, record.generation});
}

std::vector<PresenceTable::ConnectionId> PresenceTable::Impl::TakeReady() {
  std::vector<ConnectionId> ready = std::exchange(ready_, {});
  std::erase_if(ready, [this](ConnectionId connection) { return !IsLive(connection); });
  return ready;
}

std::optional<PresenceUpdate> PresenceTable::Impl::NextUpdate(ConnectionId connection) {
  if (!IsLive(connection)) return std::nullopt;
  if (auto departure = TakeDeparture(connection.slot)) return departure;
  const UserHandle user = graph_.TakeChange(connection.slot);
  if (user != kNone) return Describe(user);
  connections_[connection.slot].ready = false;
  return std::nullopt;
}

}  // namespace oofgg
