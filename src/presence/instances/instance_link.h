#pragma once

#include <absl/functional/any_invocable.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "presence/hub_shard.h"
#include "presence/instances/instance_bus.h"
#include "presence/instances/instance_sync.h"

namespace oofgg::presence {

/// Something for the protocol to do or to hear, by whoever owns it next.
using InstanceWork = absl::AnyInvocable<void(InstanceBusEvents&)>;
/// For what is heard, of which there is much: each is left, and all that has come is done in one go by `run`,
/// on the thread that has heard it.
struct InstanceBurst {
  std::function<void(InstanceWork)> leave{};
  std::function<void()> run{};
};
/// Makes a bus whose answers go to `deliver`, and whose events to `burst`, from any thread.
using MakeInstanceBus = std::function<std::unique_ptr<InstanceBus>(std::function<void(InstanceWork)> deliver,
                                                                   InstanceBurst burst)>;

/// The place of this process among instances: an actor like `HubShard`, which runs the protocol. What is left
/// for it is done by whoever finds it free, in order. Threads: safe.
class InstanceLink final : public InstanceTables, public std::enable_shared_from_this<InstanceLink> {
 public:
  InstanceLink(const Clock& clock, Executor& executor, RandomSource& random);

  /// Once. The shards outlive `Stop`.
  void Start(const HubShards& shards, const MakeInstanceBus& make_bus, InstanceSyncOptions options);
  /// From here on nothing happens.
  void Stop();

  /// From a shard that is owned: left for `Run`, which is called once it has been let go.
  void Tell(std::vector<PresenceTable::Need> needs, std::vector<PresenceTable::Registration> registrations,
            std::vector<PresenceTable::FarewellAbroad> farewells);
  void OnRegisteredAgain(std::uint64_t round);
  void Run();

  /// Leaves the others with what is registered, for `remaining`; waits until that is said.
  [[nodiscard]] Status Leave(std::chrono::milliseconds remaining, TimePoint deadline);

  /// What others do is heard of half a second late, or later.
  [[nodiscard]] bool IsBehind() const;

  /// Where a client that comes had better go; as `LighterInstance` and `NextInstance`.
  [[nodiscard]] std::optional<std::string> Lighter() const;
  [[nodiscard]] std::optional<std::string> Next() const;

  // For the protocol, while it is owned.
  [[nodiscard]] std::size_t count() const override { return shards_.size(); }
  [[nodiscard]] std::size_t HomeOf(std::string_view user_id) const override;
  void Post(std::size_t table, TableLetter::Content letter) override;

 private:
  std::function<void(InstanceWork)> OnSelf(void (InstanceLink::*take)(InstanceWork));
  void Put(InstanceWork work);
  void Deliver(InstanceWork work);
  bool RunOnce();
  void ArmTimerLocked();
  void ShowOthersLocked();

  const Clock& clock_;
  Executor& executor_;
  RandomSource& random_;

  std::mutex mutex_;  ///< Whoever holds it owns what follows.
  bool stopped_ = false;
  std::function<LeaseRecord()> describe_;  ///< Does not change once it has started.
  HubShards shards_;
  HubShards written_to_;
  std::unique_ptr<InstanceBus> bus_;
  std::unique_ptr<InstanceSync> sync_;
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;

  std::mutex mail_mutex_;  ///< A leaf.
  std::vector<InstanceWork> mail_;
  std::atomic<bool> has_mail_{false};
  std::atomic<bool> scheduled_{false};  ///< A run is on its way.

  std::atomic<TimePoint> behind_since_{kNever};  ///< As the protocol's.

  std::uint64_t seen_others_ = 0;    ///< `InstanceSync::others_version` of `others_`; of the owner.
  mutable std::mutex others_mutex_;  ///< A leaf.
  std::vector<LeaseRecord> others_;
};

}  // namespace oofgg::presence
