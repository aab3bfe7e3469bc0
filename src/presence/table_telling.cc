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
  users_.SetStatus(user, {});
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
  if (users_.StatusOf(user) == status) return;
  users_.SetStatus(user, status);
  if (!was_seen && !IsSeen(record)) return;
  record.version = ++version_;
  TellWatchers(user, was_seen != IsSeen(record), /*status_changed=*/true);
}

void PresenceTable::Impl::TellWatchers(UserHandle user, bool came_or_went, bool status_changed) {
  for (const Watcher& watcher : users_[user].watchers) {
    const bool hears_status = status_changed && connections_[watcher.connection].hears_status;
    if (!came_or_went && !hears_status) continue;
    if (hears_status) graph_.OutdateStatus(watcher.connection, watcher.index);
    graph_.QueueChange(watcher.connection, watcher.index);
    MarkReady(watcher.connection);
  }
  if (!followers_.empty() && followers_.contains(user)) QueueExport(user);
}

void PresenceTable::Impl::TellFriendsOfDeparture(UserHandle user, Slot last) {
  for (const Watch& watch : connections_[last].watches) {
    if (users_[watch.user].remote) {
      farewells_.push_back({std::string(users_[watch.user].id.view()), Describe(user)});
    } else {
      TellOfDeparture(watch.user, user, users_[user].version);
    }
  }
}

void PresenceTable::Impl::TellOfDeparture(UserHandle hearer, UserHandle departed, std::uint64_t version) {
  for (Slot slot = users_[hearer].first_connection; slot != kNone; slot = connections_[slot].next_of_user) {
    if (!connections_[slot].hears_strangers || graph_.Lists(slot, departed)) continue;
    QueueDeparture(slot, departed, version);
  }
}

void PresenceTable::Impl::QueueDeparture(Slot hearer, UserHandle departed, std::uint64_t version) {
  auto& gone = departures_[hearer];
  connections_[hearer].has_departures = true;
  // Strangers must not make a slow reader costly: beyond a full friend list they go unmentioned.
  if (gone.size() >= std::max<std::size_t>(options_.max_friends, 1)) return;
  if (gone.insert_or_assign(departed, version).second) ++users_[departed].pins;
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

/// They are no strangers any more: what is shown of them counts, which may be newer, or older on its way.
void PresenceTable::Impl::DropDeparturesOfListed(Slot slot) {
  if (!connections_[slot].has_departures) return;
  const auto found = departures_.find(slot);
  absl::erase_if(found->second, [this, slot](const auto& departure) {
    const bool is_listed = graph_.Lists(slot, departure.first);
    if (is_listed) Unpin(departure.first);
    return is_listed;
  });
  if (!found->second.empty()) return;
  departures_.erase(found);
  connections_[slot].has_departures = false;
}

PresenceUpdate PresenceTable::Impl::Describe(UserHandle user) const {
  const UserRecord& record = users_[user];
  PresenceUpdate update{std::string(record.id.view()), PresenceState::kOffline, record.version};
  if (!IsSeen(record)) return update;
  const PresenceStatus status = users_.StatusOf(user);
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
