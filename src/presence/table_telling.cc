#include "presence/table_impl.h"

#include <memory>
#include <utility>

// Who hears what: how changes reach those whom they concern.
namespace oofgg {

using presence::ConnectionRecord;
using presence::kNone;
using presence::kNoWatch;
using presence::StrangersGone;
using presence::UserRecord;
using presence::Watch;
using presence::Watcher;

void PresenceTable::Impl::GoOnline(UserHandle user) {
  UserRecord& record = users_[user];
  record.online = true;
  ++online_;
  if (!IsSeen(record)) return;
  record.version = ++version_;
  TellWatchers(user, /*came_or_went=*/true, /*status_changed=*/record.status != nullptr);
}

void PresenceTable::Impl::GoOffline(UserHandle user, Slot last) {
  UserRecord& record = users_[user];
  const bool was_seen = IsSeen(record);
  const auto status = std::move(record.status);
  record.online = false;
  record.proven = false;
  record.grace_until = TimePoint::min();
  --online_;
  if (!was_seen) return;
  record.version = ++version_;
  TellWatchers(user, /*came_or_went=*/true, /*status_changed=*/status != nullptr);
  if (last != kNone && connections_[last].announces_to_friends) TellFriendsOfDeparture(user, last);
}

void PresenceTable::Impl::Show(UserHandle user, const PresenceStatus& status) {
  UserRecord& record = users_[user];
  const bool was_seen = IsSeen(record);
  const bool is_plain = status == PresenceStatus();
  if (record.status == nullptr ? is_plain : *record.status == status) return;
  record.status = is_plain ? nullptr : std::make_unique<PresenceStatus>(status);
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
  std::unique_ptr<StrangersGone>& gone = connections_[hearer].strangers_gone;
  if (gone == nullptr) gone = std::make_unique<StrangersGone>();
  // Strangers must not make a slow reader costly: beyond a full friend list they go unmentioned.
  if (gone->size() >= options_.max_friends) return;
  if (gone->insert_or_assign(user, users_[user].version).second) ++users_[user].pins;
  MarkReady(hearer);
}

std::optional<PresenceUpdate> PresenceTable::Impl::TakeDeparture(Slot slot) {
  std::unique_ptr<StrangersGone>& gone = connections_[slot].strangers_gone;
  if (gone == nullptr) return std::nullopt;
  const auto [user, version] = *gone->begin();
  gone->erase(gone->begin());
  if (gone->empty()) gone.reset();
  PresenceUpdate update{users_[user].id, PresenceState::kOffline, version};
  Unpin(user);
  return update;
}

PresenceUpdate PresenceTable::Impl::Describe(UserHandle user) const {
  const UserRecord& record = users_[user];
  PresenceUpdate update{record.id, PresenceState::kOffline, record.version};
  if (!IsSeen(record)) return update;
  update.state = PresenceState::kOnline;
  if (record.status == nullptr) return update;
  update.state = record.status->state;
  update.text = record.status->text;
  update.session_id = record.status->session_id;
  return update;
}

void PresenceTable::Impl::MarkReady(Slot slot) {
  ConnectionRecord& record = connections_[slot];
  if (record.ready || (record.first_changed == kNoWatch && record.strangers_gone == nullptr)) return;
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
