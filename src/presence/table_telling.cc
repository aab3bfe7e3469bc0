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
  const Shown before = users_.ShownOf(user);
  users_[user].online = true;
  ++online_;
  QueueRegistration(user);
  TellIfChanged(user, before);
}

void PresenceTable::Impl::GoOffline(UserHandle user, Slot last) {
  UserRecord& record = users_[user];
  const Shown before = users_.ShownOf(user);
  users_.SetStatus(user, {});
  graces_.erase(user);
  record.online = false;
  record.proven = false;
  --online_;
  QueueRegistration(user);
  TellIfChanged(user, before);
  const bool announces = last != kNone && connections_[last].announces_to_friends;
  if (announces && before.seen && !record.seen) TellFriendsOfDeparture(user, last);
}

void PresenceTable::Impl::Show(UserHandle user, const PresenceStatus& status) {
  // Among instances the last word counts even if it repeats the one before, as another may have been said.
  if (!users_[user].shared && users_.StatusOf(user) == status) return;
  const Shown before = users_.ShownOf(user);
  users_.SetStatus(user, status, users_[user].shared ? NextVersion() : 0);
  if (users_[user].online) QueueRegistration(user);
  TellIfChanged(user, before);
}

std::uint64_t PresenceTable::Impl::NextVersion() {
  ++version_;
  if (options_.stamp) version_ = std::max(version_, options_.stamp());
  return version_;
}

/// After something about the user has changed: tells those who see something else than `before`.
void PresenceTable::Impl::TellIfChanged(UserHandle user, const Shown& before) {
  UserRecord& record = users_[user];
  const Shown now = users_.ShownOf(user);
  record.seen = now.seen;
  if (now == before) return;
  record.version = NextVersion();
  TellWatchers(user, before.seen != now.seen, before.status != now.status);
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
      HearOfDeparture(watch.user, user, Describe(user));
    }
  }
}

/// Wherever the hearer is.
void PresenceTable::Impl::HearOfDeparture(UserHandle hearer, UserHandle departed,
                                          const PresenceUpdate& departure) {
  TellOfDeparture(hearer, departed, departure.version);
  if (!users_[hearer].elsewhere) return;
  for (const presence::ElsewhereBook::Entry& entry : users_.elsewhere().Of(hearer)) {
    farewells_abroad_.push_back({entry.origin, {std::string(users_[hearer].id.view()), departure}});
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
  Shown shown = users_.ShownOf(user);
  if (!shown.seen) return update;
  update.state = shown.status.state;
  update.text = std::move(shown.status.text);
  update.session_id = std::move(shown.status.session_id);
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
