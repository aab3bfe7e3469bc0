#pragma once

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/presence/presence_table.h"
#include "oofgg/status.h"

namespace oofgg::presence {

/// Names one life of an instance, from a lease to its end: a random number that is never used again, so that
/// what a dead life still has under way counts for nothing (a fencing token that need not be ordered, since
/// every entry has one writer). 0 names none.
using LifeId = std::uint64_t;

/// Users are spread over so many channels and keys, by their ids.
inline constexpr std::uint32_t kUserShards = 256;
using UserShard = std::uint32_t;
[[nodiscard]] UserShard ShardOfUser(std::string_view user_id);

/// What an instance tells the others of itself.
struct LeaseRecord {
  std::string address{};          ///< Where its presence port is reached by clients; empty: it does not say.
  std::uint32_t connections = 0;  ///< Clients now,
  std::uint32_t capacity = 0;     ///< and at most.
  bool complete = false;          ///< All its users are registered.
  bool leaving = false;           ///< It drains: nobody should go there.

  friend bool operator==(const LeaseRecord&, const LeaseRecord&) = default;
};

struct Lease {
  LifeId life = 0;
  std::chrono::milliseconds remaining{0};
  LeaseRecord record;
};

/// A user, as registered by one life.
struct Registered {
  LifeId life = 0;
  PresenceTable::Registration registration;
};

/// What goes between instances: a small registry of who is where, by shard, leases, and channels. Calls are
/// answered once, each by its `on_…`, never inside the call. What one instance asks of one shard, and of the
/// leases, is done in order, unless it fails: then it may be done later, or never. Channels keep the order
/// of one sender but may lose what is sent (`InstanceBusEvents::OnGap`). Threads: see the implementation.
class InstanceBus {
 public:
  template <typename Result>
  using On = absl::AnyInvocable<void(Result)>;

  virtual ~InstanceBus() = default;

  /// Begins a lease and says so to all. Answers with those of others.
  virtual void Acquire(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl,
                       On<StatusOr<std::vector<Lease>>> on_leases) = 0;
  /// Prolongs it and says so to all. False: it has lapsed, for good.
  virtual void Renew(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl,
                     On<StatusOr<bool>> on_renewed) = 0;
  /// Ends it and says so to all; not answered.
  virtual void Release(LifeId life) = 0;
  virtual void List(On<StatusOr<std::vector<Lease>>> on_leases) = 0;

  /// Enters what is online and strikes out what is offline, of users of one shard, and tells those who
  /// follow the shard, all in one step. Of these users it strikes out what `replaced` have entered.
  virtual void Register(UserShard shard, LifeId life, const std::vector<LifeId>& replaced,
                        std::vector<PresenceTable::Registration> registrations, On<Status> on_registered) = 0;
  /// What is entered of each, in the order asked for.
  virtual void Read(UserShard shard, std::vector<std::string> users,
                    On<StatusOr<std::vector<std::vector<Registered>>>> on_read) = 0;

  /// `InstanceBusEvents::OnFollowing` says from when on all that is registered is heard.
  virtual void Follow(UserShard shard) = 0;
  virtual void Unfollow(UserShard shard) = 0;
  /// Hears what is sent to this life from now on, instead of to the one before.
  virtual void TakeName(LifeId life) = 0;
  virtual void Send(LifeId to, const PresenceTable::Farewell& farewell) = 0;
  /// Asks all to renew now.
  virtual void CallRoll() = 0;
  /// Strikes out what dead lives have left behind, in its own time.
  virtual void Sweep() = 0;
  /// What is heard seems to be out of date: listens anew, which is a gap.
  virtual void ListenAnew() = 0;

  /// A number that changes whenever something that was answered may be lost, or be done late: when a link
  /// was made anew. 0: there is none.
  [[nodiscard]] virtual std::uint64_t LinkNumber() const = 0;
};

/// What the bus tells without being asked. In order with its answers only as far as Redis is.
class InstanceBusEvents {
 public:
  virtual ~InstanceBusEvents() = default;

  /// A lease was taken, prolonged, or (`ttl` 0) given up.
  virtual void OnBeat(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl) = 0;
  virtual void OnRollCall() = 0;
  virtual void OnRegistered(UserShard shard, LifeId life,
                            std::vector<PresenceTable::Registration> registrations) = 0;
  virtual void OnFarewell(const PresenceTable::Farewell& farewell) = 0;
  /// All that is registered in the shard from now on is heard.
  virtual void OnFollowing(UserShard shard) = 0;
  /// Beats are heard, from now on.
  virtual void OnHearing() = 0;
  /// What is registered in the shard, or (none) beats, are not heard from now on; `OnFollowing`, or
  /// `OnHearing`, says when they are again.
  virtual void OnGap(std::optional<UserShard> shard) = 0;
};

}  // namespace oofgg::presence
