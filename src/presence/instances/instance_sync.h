#pragma once

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/presence/presence_table.h"
#include "oofgg/random.h"
#include "presence/instances/instance_bus.h"
#include "presence/instances/instance_tables.h"
#include "presence/instances/life_book.h"
#include "presence/instances/need_book.h"
#include "presence/instances/own_lease.h"
#include "presence/instances/registration_outbox.h"

namespace oofgg::presence {

struct InstanceSyncOptions {
  /// How long an instance that says nothing is believed to live; half a second at least.
  std::chrono::milliseconds lease{5'000};
  /// What to tell others of this one, now.
  std::function<LeaseRecord()> describe = [] { return LeaseRecord(); };
};

/// The protocol by which instances act as one (docs/presence_instances.md): what is registered of our users
/// goes to the others, what they register comes to our tables, and who dies is offline. Knows no thread, no
/// socket and no Redis; the simulation runs it as it is.
///
/// Whoever owns it calls `Advance` when `NextDeadline` has come, which may be sooner after each call.
/// Threads: one owner.
class InstanceSync final : public InstanceBusEvents {
 public:
  /// All outlive it.
  InstanceSync(const Clock& clock, RandomSource& random, InstanceBus& bus, InstanceTables& tables,
               InstanceSyncOptions options);

  /// From a table: what it has to tell, in the order in which it was taken from it.
  void Tell(std::vector<PresenceTable::Need> needs, std::vector<PresenceTable::Registration> registrations,
            std::vector<PresenceTable::FarewellAbroad> farewells);
  /// A table has told all its users since `TableLetter::RegisterAgain` of this round.
  void OnRegisteredAgain(std::uint64_t round);

  void Advance();
  [[nodiscard]] TimePoint NextDeadline() const;

  /// The instance ends: what was told is registered still, and stays so for `remaining` at most, for users
  /// to come back at other instances. From here on nothing else is told.
  void Leave(std::chrono::milliseconds remaining, InstanceBus::On<Status> on_left);

  /// What the other instances say of themselves.
  [[nodiscard]] std::vector<LeaseRecord> Others() const { return lives_.Records(); }
  /// Grows whenever that may have changed.
  [[nodiscard]] std::uint64_t others_version() const { return others_version_; }
  /// Since when what we say has not come back to us by way of the others' channel: as long as that is, we
  /// hear of everybody too late. kNever: all has, or beats are known not to be heard, which is no lateness.
  [[nodiscard]] TimePoint behind_since() const { return hearing_ ? own_.unheard_since() : kNever; }

  void OnBeat(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl) override;
  void OnRollCall() override;
  void OnRegistered(UserShard shard, LifeId life,
                    std::vector<PresenceTable::Registration> registrations) override;
  void OnFarewell(const PresenceTable::Farewell& farewell) override;
  void OnFollowing(UserShard shard) override;
  void OnHearing() override;
  void OnGap(std::optional<UserShard> shard) override;

 private:
  void OnBegun();
  void CompleteIfAllIsRegistered();
  void LeaveIfAllIsRegistered();

  void MeetListed(const std::vector<Lease>& leases, TimePoint asked_at);
  void Confirm(LifeId life, const LeaseRecord& record, TimePoint until);
  void GiveUp(LifeId life);
  void Drop(LifeId life);
  void LookUp(TimePoint now);
  void DoubtHearing(TimePoint now);
  void PostImports(PresenceTable::Origin origin, std::vector<PresenceTable::Registration> registrations);

  void OnRead(std::vector<NeedBook::Read> reads, const CompleteOrigins& complete);
  void OnImpatient(const std::vector<std::string>& users);
  void CloseGap();
  void AskAgainSoon(TimePoint at);
  void AskAgain();
  void PostToAll(const TableLetter::Content& letter);

  const Clock& clock_;
  InstanceBus& bus_;
  InstanceTables& tables_;
  const InstanceSyncOptions options_;

  OwnLease own_;
  RegistrationOutbox outbox_;
  NeedBook needs_;
  LifeBook lives_;

  std::uint64_t others_version_ = 1;
  std::uint64_t round_ = 0;  ///< Of registering all our users,
  std::size_t missing_ = 0;  ///< and how many tables have not told theirs.
  TimePoint look_up_at_ = kNever;
  bool listing_ = false;
  TimePoint list_from_ = TimePoint::min();  ///< The next question, not sooner.
  bool hearing_ = false;                    ///< Beats.
  TimePoint heard_own_at_{};                ///< Or since when we hear, or doubted it.
  TimePoint ask_again_at_ = kNever;
  bool leaving_ = false;
  std::chrono::milliseconds leave_behind_{0};
  InstanceBus::On<Status> on_left_;
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace oofgg::presence
