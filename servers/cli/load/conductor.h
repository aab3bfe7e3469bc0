#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "servers/cli/load/cluster.h"
#include "servers/cli/load/followers.h"
#include "servers/cli/load/links.h"
#include "servers/cli/load/load_options.h"
#include "servers/cli/load/load_progress.h"
#include "servers/cli/load/load_report.h"
#include "servers/cli/load/shared_counts.h"
#include "servers/cli/load/tls_client.h"
#include "servers/cli/load/worker_pool.h"

namespace oofgg::load {

/// What a run is made of. All of it outlives the run.
struct LoadParts {
  const PresenceLoadOptions& options;
  const LoadProgress& progress;
  const LinkPlan& plan;
  const std::optional<TlsClient>& tls;  ///< With TLS over TCP.
  TruthBoard& truth;
  Followers& followers;
  Cluster* cluster = nullptr;  ///< If the servers are ours.
};

/// The parent of the workers: leads them through the phases of a run, and sums up what they counted.
class Conductor {
 public:
  Conductor(const LoadParts& parts, SharedCounts counts)
      : options_(parts.options), parts_(parts), counts_(std::move(counts)) {}
  ~Conductor() { Quit(); }
  Conductor(const Conductor&) = delete;
  Conductor& operator=(const Conductor&) = delete;

  Status Run(LoadReport& report);

 private:
  Status StartWorkers();
  [[nodiscard]] std::unique_ptr<Links> MakeLinks(const LinkPlan& plan, int epoll, LinkEvents& events) const;
  Status Phases(LoadReport& report);
  Status Step(User users, LoadReport& report);
  Status Hold(LoadReport& report);
  Status ChangeAt(double per_second, LoadReport& report);
  void Quit();

  // Faults: see conductor_faults.cc.
  Status Drain(LoadReport& report);
  Status Chaos(LoadReport& report);
  Status Kill(LoadReport& report);
  Status DrainOne(std::uint32_t phase, std::uint32_t index);
  Status Round(std::uint32_t first_phase, std::uint32_t round);
  Status Inflict(Fault fault, std::uint32_t victim);
  Status InflictOnInstance(Fault fault, std::uint32_t index);
  Status InflictOnRedis(Fault fault);
  Status FailOver();
  Status RestartLater(ClusterMember& member, int signal, const std::string& what);
  Status SettleChaos(std::uint32_t phase, HeardFigures& heard);
  Status Restart(ClusterMember& member);
  Status Brace(std::uint32_t phase, Command::OnCut on_cut);
  Status AwaitEndOf(ClusterMember& victim);
  Status AwaitReturns();
  Status WaitFor(const std::function<bool()>& is_over, const std::string& what);
  /// Of a phase that was interrupted, what was measured is reported.
  static Status LeaveOff(const Status& status, LoadReport& report);
  void TakeOut(std::uint32_t instance);
  void TakeBack(std::uint32_t instance);
  [[nodiscard]] FaultFigures FaultCounts(Fault fault, std::uint32_t times) const;

  // False if interrupted.
  StatusOr<bool> Do(Command::Kind kind, const std::string& what);
  void Post(Command::Kind kind);
  StatusOr<bool> AwaitDone(const std::string& what);
  StatusOr<bool> SettleAndVerify(HeardFigures& heard, Nanos patience);
  StatusOr<bool> WaitUntilQuiet(Nanos deadline);
  StatusOr<bool> WaitUntilSteady();
  StatusOr<bool> Wait(Nanos time, const std::string& what);

  Status Look();
  void Show(const std::string& what, bool done = false);
  [[nodiscard]] std::optional<ProcessCost> ServerCost() const;
  [[nodiscard]] PartFigures ReadParts() const;

  const PresenceLoadOptions& options_;
  const LoadParts parts_;
  const SharedCounts counts_;
  WorkerPool pool_;
  std::uint32_t next_phase_ = 0;
  Nanos shown_ = 0;
};

}  // namespace oofgg::load
