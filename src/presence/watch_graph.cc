#include "presence/watch_graph.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace oofgg::presence {
namespace {

Told TruthOf(const UserRecord& user) { return user.seen ? Told::kOnline : Told::kOffline; }

/// Whether a watcher who was `told` so has something to hear.
bool IsNews(Told told, const UserRecord& user) { return IsKnown(user) && told != TruthOf(user); }

}  // namespace

void WatchGraph::Link(ConnectionSlot connection, Watch& watch) {
  UserRecord& user = users_[watch.user];
  watch.position = static_cast<std::uint32_t>(user.watchers.size());
  user.watchers.push_back({connection, 0});
  users_.Want(watch.user);
  ++friendships_;
}

void WatchGraph::Unlink(const Watch& watch) {
  UserRecord& user = users_[watch.user];
  const Watcher moved = user.watchers.back();
  user.watchers[watch.position] = moved;
  connections_[moved.connection].watches[moved.index].position = watch.position;
  user.watchers.pop_back();
  --friendships_;
}

void WatchGraph::Replace(ConnectionSlot connection, std::span<const UserHandle> friends) {
  ConnectionRecord& record = connections_[connection];

  // Cut what is gone while every `index` still points into the old list.
  auto wanted = friends.begin();
  std::vector<UserHandle> gone;
  for (const Watch& watch : record.watches) {
    while (wanted != friends.end() && *wanted < watch.user) ++wanted;
    if (wanted != friends.end() && *wanted == watch.user) continue;
    Unlink(watch);
    gone.push_back(watch.user);
  }

  CompactVector<Watch> watches;
  watches.reserve(friends.size());
  const Watch* old = record.watches.begin();
  for (const UserHandle user : friends) {
    while (old != record.watches.end() && old->user < user) ++old;
    if (old != record.watches.end() && old->user == user) {
      watches.push_back(*old);
    } else {
      watches.push_back({.user = user});
      Watch& watch = watches.back();
      watch.told = record.full_snapshot ? Told::kNothing : Told::kOffline;
      Link(connection, watch);
    }
    users_[user].watchers[watches.back().position].index = static_cast<std::uint32_t>(watches.size() - 1);
  }
  record.watches = std::move(watches);
  Requeue(connection);
  for (const UserHandle user : gone) users_.ReleaseIfUnused(user);
}

// What has to be told follows from what was told and what is true, so the queue is simply made anew.
void WatchGraph::Requeue(ConnectionSlot connection) {
  ConnectionRecord& record = connections_[connection];
  record.first_changed = record.last_changed = kNoWatch;
  for (std::uint32_t index = 0; index < record.watches.size(); ++index) {
    Watch& watch = record.watches[index];
    watch.queued = false;
    if (IsNews(watch.told, users_[watch.user])) QueueChange(connection, index);
  }
}

bool WatchGraph::Lists(ConnectionSlot connection, UserHandle user) const {
  const CompactVector<Watch>& watches = connections_[connection].watches;
  const auto found =
      std::lower_bound(watches.begin(), watches.end(), user,
                       [](const Watch& watch, UserHandle handle) { return watch.user < handle; });
  return found != watches.end() && found->user == user;
}

bool WatchGraph::KnowsAll(ConnectionSlot connection) const {
  const CompactVector<Watch>& watches = connections_[connection].watches;
  return std::all_of(watches.begin(), watches.end(),
                     [this](const Watch& watch) { return IsKnown(users_[watch.user]); });
}

void WatchGraph::QueueChange(ConnectionSlot connection, std::uint32_t index) {
  ConnectionRecord& record = connections_[connection];
  Watch& watch = record.watches[index];
  if (watch.queued) return;
  const auto place = static_cast<std::uint16_t>(index);
  watch.queued = true;
  watch.next_changed = kNoWatch;
  if (record.last_changed == kNoWatch) {
    record.first_changed = place;
  } else {
    record.watches[record.last_changed].next_changed = place;
  }
  record.last_changed = place;
}

void WatchGraph::OutdateStatus(ConnectionSlot connection, std::uint32_t index) {
  Watch& watch = connections_[connection].watches[index];
  if (watch.told == Told::kOnline) watch.told = Told::kFormerStatus;
}

UserHandle WatchGraph::TakeChange(ConnectionSlot connection) {
  ConnectionRecord& record = connections_[connection];
  while (record.first_changed != kNoWatch) {
    Watch& watch = record.watches[record.first_changed];
    record.first_changed = watch.next_changed;
    if (record.first_changed == kNoWatch) record.last_changed = kNoWatch;
    watch.queued = false;
    const UserRecord& user = users_[watch.user];
    if (!IsNews(watch.told, user)) continue;
    watch.told = TruthOf(user);
    return watch.user;
  }
  return kNone;
}

}  // namespace oofgg::presence
