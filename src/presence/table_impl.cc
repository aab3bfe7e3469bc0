#include "presence/table_impl.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/presence_limits.h"

namespace oofgg {

using presence::ConnectionRecord;
using presence::kNone;
using presence::UserRecord;

namespace {

// Indices into a list are 16 bits wide.
constexpr std::size_t kMostFriends = 65'000;

std::uint32_t ToMilliseconds(Duration grace) {
  constexpr std::chrono::milliseconds kLongest{std::numeric_limits<std::uint32_t>::max()};
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(std::max(grace, Duration{0}));
  return static_cast<std::uint32_t>(std::min(rounded, kLongest).count());
}

PresenceTable::Options Sane(PresenceTable::Options options) {
  options.max_friends = std::min(options.max_friends, kMostFriends);
  return options;
}

}  // namespace

PresenceTable::Impl::Impl(Options options)
    : options_(Sane(options)),
      version_(options.first_version),
      users_(options_.is_home, options_.stamp != nullptr),
      graph_(users_, connections_) {}

bool PresenceTable::Impl::IsLive(ConnectionId connection) const {
  return connection.slot < connections_.end() && connection.generation % 2 == 1 &&
         connections_[connection.slot].generation == connection.generation;
}

Status PresenceTable::Impl::CheckRoom(std::size_t wanted, std::size_t held) const {
  if (wanted > options_.max_friends) return presence::TooManyFriends("friends", wanted, options_.max_friends);
  if (graph_.friendships() - held + wanted > options_.max_friendships) {
    return MakeStatus(StatusCode::kResourceExhausted,
                      "too many friend lists on this server; try another or later");
  }
  return absl::OkStatus();
}

std::vector<presence::UserHandle> PresenceTable::Impl::InternAll(std::span<const std::string> ids) {
  std::vector<UserHandle> handles;
  handles.reserve(ids.size());
  // A user seen for the first time may have been known before and forgotten: start where all versions are.
  for (const std::string& id : ids) handles.push_back(users_.Intern(id, version_));
  std::sort(handles.begin(), handles.end());
  handles.erase(std::unique(handles.begin(), handles.end()), handles.end());
  return handles;
}

PresenceTable::ConnectionId PresenceTable::Impl::Reserve() {
  const Slot slot = connections_.Take();
  ++reserved_;
  return {slot, connections_[slot].generation + 1};
}

Status PresenceTable::Impl::CheckMayConnect(std::string_view user_id, bool proven,
                                            std::size_t friends) const {
  OOFGG_RETURN_IF_ERROR(CheckRoom(friends, 0));
  const UserHandle known = users_.Find(user_id);
  const bool is_held = known != kNone && (users_[known].proven || users_.IsProvenElsewhere(known));
  if (!is_held || proven) return absl::OkStatus();
  return WithReason(MakeStatus(StatusCode::kPermissionDenied,
                               "this user is signed in with a token; connect with a token too"),
                    "USER_HELD_BY_TOKEN");
}

Status PresenceTable::Impl::Connect(TimePoint now, ConnectionId reserved, std::string_view user_id,
                                    const ConnectionOptions& options, std::span<const std::string> friends) {
  Advance(now);
  --reserved_;
  const Slot slot = reserved.slot;
  if (Status refused = CheckMayConnect(user_id, options.proven, friends.size()); !refused.ok()) {
    Free(slot);
    return refused;
  }
  const UserHandle user = users_.Intern(user_id, version_);
  Attach(slot, user, options);
  if (options.proven) EvictOthers(slot);
  graph_.Replace(slot, InternAll(friends));
  if (options.status.has_value()) Show(user, *options.status);
  if (!users_[user].online) GoOnline(user);
  MarkReady(slot);
  return absl::OkStatus();
}

void PresenceTable::Impl::Attach(Slot slot, UserHandle user, const ConnectionOptions& options) {
  ConnectionRecord& record = connections_[slot];
  ++record.generation;
  record.user = user;
  record.grace_ms = ToMilliseconds(options.grace);
  record.announces_to_friends = options.announces_to_friends;
  record.hears_strangers = options.hears_strangers;
  record.full_snapshot = options.full_snapshot;
  record.hears_status = options.hears_status;

  UserRecord& owner = users_[user];
  if (owner.online && owner.first_connection == kNone) lingering_.erase({graces_.at(user), user});
  if (owner.online && owner.first_connection == kNone) QueueRegistration(user);  // They have come back.
  record.next_of_user = owner.first_connection;
  if (owner.first_connection != kNone) connections_[owner.first_connection].previous_of_user = slot;
  owner.first_connection = slot;
  if (owner.shared && !options.proven) users_.Want(user);
}

void PresenceTable::Impl::Detach(Slot slot) {
  ConnectionRecord& record = connections_[slot];
  if (record.next_of_user != kNone)
    connections_[record.next_of_user].previous_of_user = record.previous_of_user;
  if (record.previous_of_user != kNone) {
    connections_[record.previous_of_user].next_of_user = record.next_of_user;
  } else {
    users_[record.user].first_connection = record.next_of_user;
  }
  record.next_of_user = record.previous_of_user = kNone;
}

void PresenceTable::Impl::EvictOthers(Slot proven) {
  const UserHandle handle = connections_[proven].user;
  UserRecord& user = users_[handle];
  if (user.proven) return;
  const Shown before = users_.ShownOf(handle);
  user.proven = true;
  graces_.erase(handle);         // What an impostor left behind keeps nobody online,
  users_.SetStatus(handle, {});  // and is not what the user shows.
  TellIfChanged(handle, before);
  QueueRegistration(handle);
  for (Slot other = connections_[proven].next_of_user; other != kNone;) {
    const Slot next = connections_[other].next_of_user;
    Evict(other);
    other = next;
  }
}

/// A user of a token has come to another instance.
void PresenceTable::Impl::EvictAll(UserHandle user) {
  if (IsLingering(user)) return EndLingering(user);
  ++users_[user].pins;  // As in `End`.
  while (users_[user].first_connection != kNone) Evict(users_[user].first_connection);
  GoOffline(user, kNone);
  Unpin(user);
}

bool PresenceTable::Impl::IsLingering(UserHandle user) const {
  return users_[user].online && users_[user].first_connection == kNone;
}

void PresenceTable::Impl::EndLingering(UserHandle user) {
  lingering_.erase({graces_.at(user), user});
  GoOffline(user, kNone);
  users_.ReleaseIfUnused(user);
}

void PresenceTable::Impl::Evict(Slot slot) {
  evicted_.push_back({slot, connections_[slot].generation});
  Detach(slot);
  Free(slot);
}

Status PresenceTable::Impl::SetFriends(ConnectionId connection, std::span<const std::string> friends) {
  if (!IsLive(connection)) return MakeStatus(StatusCode::kNotFound, "the connection has ended");
  OOFGG_RETURN_IF_ERROR(CheckRoom(friends.size(), connections_[connection.slot].watches.size()));
  graph_.Replace(connection.slot, InternAll(friends));
  DropDeparturesOfListed(connection.slot);
  MarkReady(connection.slot);
  return absl::OkStatus();
}

Status PresenceTable::Impl::SetStatus(ConnectionId connection, const PresenceStatus& status) {
  if (!IsLive(connection)) return MakeStatus(StatusCode::kNotFound, "the connection has ended");
  Show(connections_[connection.slot].user, status);
  return absl::OkStatus();
}

void PresenceTable::Impl::End(TimePoint now, ConnectionId connection, bool lost) {
  Advance(now);
  if (!IsLive(connection)) return;
  const Slot slot = connection.slot;
  const UserHandle handle = connections_[slot].user;
  UserRecord& user = users_[handle];
  ++user.pins;  // A user may be on their own list, whose end must not forget them under our hands.
  Detach(slot);
  const TimePoint grace_until = lost ? ExtendGrace(now, handle, connections_[slot].grace_ms) : now;
  if (!lost) graces_.erase(handle);
  if (user.first_connection == kNone) {
    user.signed_off = !lost;
    if (grace_until > now) {
      lingering_.insert({grace_until, handle});
      QueueRegistration(handle);
    } else {
      GoOffline(handle, slot);
    }
  }
  Free(slot);
  Unpin(handle);
}

/// The user stays online for so long at least. Returns until when, all its lost connections counted.
TimePoint PresenceTable::Impl::ExtendGrace(TimePoint now, UserHandle user, std::uint32_t grace_ms) {
  const TimePoint until = DeadlineAfter(now, std::chrono::milliseconds(grace_ms));
  const auto held = graces_.find(user);
  if (held != graces_.end()) return held->second = std::max(held->second, until);
  if (until > now) graces_.emplace(user, until);
  return until;
}

void PresenceTable::Impl::Free(Slot slot) {
  graph_.Replace(slot, {});
  ConnectionRecord& record = connections_[slot];
  while (TakeDeparture(slot).has_value()) {
  }
  const std::uint32_t ended_generation = (record.generation | 1U) + 1;  // Also of one only reserved.
  record = ConnectionRecord();
  record.generation = ended_generation;
  connections_.Give(slot);
}

void PresenceTable::Impl::Unpin(UserHandle user) {
  --users_[user].pins;
  users_.ReleaseIfUnused(user);
}

void PresenceTable::Impl::Advance(TimePoint now) {
  while (!lingering_.empty() && lingering_.begin()->first <= now) {
    const UserHandle user = lingering_.begin()->second;
    lingering_.erase(lingering_.begin());
    GoOffline(user, kNone);
    users_.ReleaseIfUnused(user);
  }
}

PresenceUpdate PresenceTable::Impl::StateOf(std::string_view user_id) const {
  const UserHandle user = users_.Find(user_id);
  if (user == kNone) return {std::string(user_id), PresenceState::kOffline, version_};
  return Describe(user);
}

bool PresenceTable::Impl::IsOnline(std::string_view user_id) const {
  const UserHandle user = users_.Find(user_id);
  return user != kNone && (users_[user].online || users_[user].elsewhere);
}

bool PresenceTable::Impl::IsCaughtUp(ConnectionId connection) const {
  if (!IsLive(connection)) return false;
  const ConnectionRecord& record = connections_[connection.slot];
  return record.first_changed == presence::kNoWatch && !record.has_departures &&
         graph_.KnowsAll(connection.slot);
}

std::string PresenceTable::Impl::UserOf(ConnectionId connection) const {
  if (!IsLive(connection)) return {};
  return std::string(users_[connections_[connection.slot].user].id.view());
}

PresenceTable::Counts PresenceTable::Impl::counts() const {
  return {users_.size(), online_, connections_.in_use() - reserved_, graph_.friendships()};
}

}  // namespace oofgg
