#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/presence/presence_table.h"
#include "presence/hub_shard.h"
#include "presence/instances/instance_link.h"
#include "presence/presence_host.h"

namespace oofgg::presence {

/// One connection of one user, held by whatever listener the user came through. Dropping it counts as a
/// lost link. Methods return at once and give no verdict: whatever ends the connection from our side comes
/// by `PresenceHost::Finish`, so that the user may live on another thread or, one day, in another process.
/// Threads: one owner at a time; different connections are independent. May outlive the hub.
class PresenceConnection {
 public:
  PresenceConnection() = default;
  ~PresenceConnection() { Close(); }
  PresenceConnection(PresenceConnection&& other) noexcept;
  PresenceConnection& operator=(PresenceConnection&& other) noexcept;

  /// Ends the connection with Finish(kInvalidArgument) if it is another user's.
  void RequireUser(std::string_view user_id);

  /// Replaces the users watched.
  void SetFriends(std::span<const std::string> friends);

  /// What the user shows from now on, checked by the listener (limits.h).
  void SetStatus(const PresenceStatus& status);

  /// Leaves by the user's wish, without grace; the connection is then empty.
  void SignOff();

  /// Leaves as lost; the connection is then empty.
  void Close();

  /// The next update for the peer. Once it gives nothing, `PresenceHost::Wake` follows when there is more.
  [[nodiscard]] std::optional<PresenceUpdate> NextUpdate();

  /// As PresenceHub's; true if the connection is empty. If false, `PresenceHost::Wake` follows when it may
  /// be.
  [[nodiscard]] bool is_caught_up() const;

  explicit operator bool() const { return shard_ != nullptr; }

 private:
  friend class PresenceHub;
  PresenceConnection(std::shared_ptr<HubShard> shard, PresenceTable::ConnectionId id)
      : shard_(std::move(shard)), id_(id) {}

  std::shared_ptr<HubShard> shard_;
  PresenceTable::ConnectionId id_;
};

/// What a listener gives its connections.
struct PresenceHubOptions {
  /// How long a user of protocol v2 or of the gRPC stream stays online after a lost link. v1 users: 0.
  std::chrono::milliseconds grace{5'000};
  PresenceTable::Options table;  ///< `first_version` 0: microseconds of UTC at start.

  /// Tables, each with its share of the users, so that many processors work at once; 64 at most. A user
  /// whom others watch has a copy where they are, some 80 B, so no more than are of use.
  unsigned shards = 1;

  /// The way to other instances, with which this one acts as one; empty: there are none, and nothing of it is
  /// made.
  MakeInstanceBus instance_bus = {};
  InstanceSyncOptions instances = {};
};

/// The presence of all users of this process, for all its listeners: a user of one is seen by users of all.
///
/// Threads: safe from any thread. Calls do not wait for each other: what finds its user's table busy is left
/// for the thread that is at it, in order with the caller's other calls; only `StateOf`, `IsOnline` and
/// `counts` wait. A call may do what others have left. Nobody is called back under a lock. Lifetime: `clock`
/// and `executor` outlive it. What is called on connections after its end does nothing.
class PresenceHub {
 public:
  PresenceHub(const Clock& clock, Executor& executor, PresenceHubOptions options = {});
  ~PresenceHub();
  PresenceHub(const PresenceHub&) = delete;
  PresenceHub& operator=(const PresenceHub&) = delete;

  /// Brings the user online by one more connection. Ids and the length of the list have been checked by the
  /// listener (limits.h). `host` is kept until the connection ends; it gets Finish(kPermissionDenied) if a
  /// token-bound connection holds the user or takes them over, Finish(kResourceExhausted) if there is no
  /// room.
  [[nodiscard]] PresenceConnection Connect(std::string_view user_id,
                                           const PresenceTable::ConnectionOptions& options,
                                           std::span<const std::string> friends,
                                           std::shared_ptr<PresenceHost> host, HostTag tag = 0);

  // The same without an owner, for a listener that holds so many that 16 bytes a connection count. A
  // connection that was opened is closed by whom it was opened for, or by the hub, who then says `Finish`.
  using ConnectionId = PresenceTable::ConnectionId;

  /// As `Connect`.
  [[nodiscard]] ConnectionId Open(std::string_view user_id, const PresenceTable::ConnectionOptions& options,
                                  std::span<const std::string> friends, std::shared_ptr<PresenceHost> host,
                                  HostTag tag);
  void RequireUser(ConnectionId connection, std::string_view user_id);
  void SetFriends(ConnectionId connection, std::span<const std::string> friends);
  void SetStatus(ConnectionId connection, const PresenceStatus& status);
  void SignOff(ConnectionId connection);
  void Close(ConnectionId connection);
  [[nodiscard]] std::optional<PresenceUpdate> NextUpdate(ConnectionId connection);
  /// Whether the connection has heard all there is, and what they show is known of all whom it lists. False
  /// also when its table is busy; its host is woken then.
  [[nodiscard]] bool IsCaughtUp(ConnectionId connection) const;

  [[nodiscard]] PresenceUpdate StateOf(std::string_view user_id) const;
  /// Whether the user is online, seen or not.
  [[nodiscard]] bool IsOnline(std::string_view user_id) const;
  [[nodiscard]] PresenceTable::Counts counts() const;
  [[nodiscard]] std::chrono::milliseconds grace() const { return grace_; }

  /// Before the end, once all connections are closed: users who are in their grace stay online as far as
  /// other instances know, until it is over or they have come back there. Waits until that is said.
  Status LeaveInstances(TimePoint deadline);
  /// kUnavailable with an address (SentWhere) if this instance has too many clients and another has room.
  [[nodiscard]] Status CheckLoad() const;
  /// The same if there is any other, else `otherwise`; for those who have to leave this one.
  [[nodiscard]] Status SendOn(Status otherwise) const;
  /// This instance hears of users elsewhere too late. The TCP listener lets those who come wait at the door
  /// then, as more of them would make it later still.
  [[nodiscard]] bool IsBehind() const;

 private:
  [[nodiscard]] const std::shared_ptr<HubShard>& HomeOfUser(std::string_view user_id) const;
  /// The shard, and the connection as the shard names it.
  [[nodiscard]] std::pair<HubShard&, ConnectionId> Find(ConnectionId connection) const;

  const std::chrono::milliseconds grace_;
  HubShards shards_;
  std::shared_ptr<InstanceLink> instances_;
};

}  // namespace oofgg::presence
