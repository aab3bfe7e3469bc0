#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backends/docker/ownership.h"
#include "backends/engine/engine_calls.h"
#include "backends/engine/engine_client.h"
#include "backends/engine/exit_listeners.h"
#include "backends/engine/last_words.h"
#include "backends/swarm/swarm_backend.h"
#include "backends/swarm/swarm_task.h"
#include "oofgg/serial_executor.h"

namespace oofgg::backends {

/// Everything runs on the strand, but for what says otherwise. Two ideas, two files: swarm_backend.cc
/// (listing, following, ending) and swarm_starting.cc.
class SwarmBackend::Core {
 public:
  Core(SwarmBackendOptions options, DockerBackendParts parts, const EngineAddress& address, ServicePlan plan);
  ~Core();

  /// From any thread.
  void Post(Task task) { strand_.Post(std::move(task)); }
  void SetListener(const std::string& fleet, OnExit on_exit);
  [[nodiscard]] const std::string& network() const { return plan_.container.network; }

  // swarm_backend.cc
  void List(const std::string& fleet, const ListOwed& owed);
  void Stop(const std::string& id, const StopOwed& owed, int tries);
  void LookForSwarm(const StopOwed& owed);

  // swarm_starting.cc
  void Start(const orchestration::ServerSpec& spec, const StartOwed& owed);

 private:
  struct Starting {
    orchestration::ServerSpec spec;
    StartOwed owed;
    int tries = 3;
    TimePoint give_up{};
    std::chrono::milliseconds pause{20};
  };
  using StartingPtr = std::shared_ptr<Starting>;
  struct Followed {
    std::string fleet;
    std::string task;  ///< The one that is the server; another is another.
  };
  /// What runs, and where nodes are.
  struct View {
    std::vector<SwarmTask> tasks;
    std::map<std::string, std::string> nodes;
  };
  using OnView = std::function<void(const StatusOr<View>&)>;

  // swarm_backend.cc
  void Look(const std::string& label, OnView on_view);
  void Listed(const std::string& fleet, const StatusOr<View>& view, const ListOwed& owed);
  void RemoveIdle(const std::string& fleet, std::set<std::string> run);
  void Follow(const std::string& id, Followed followed);
  void Poll();
  void Compare(const std::map<std::string, Followed>& followed, const View& view);
  void Ended(const std::string& id, const SwarmTask* task);
  bool Report(const std::string& id, std::string reason);
  void Remove(const std::string& id);
  [[nodiscard]] StatusOr<orchestration::RunningServer> DescribeHere(const SwarmTask& task,
                                                                    const View& view) const;
  void After(std::chrono::milliseconds pause, Task task) {
    strand_.PostAt(DeadlineAfter(parts_.clock.Now(), pause), std::move(task));
  }

  // swarm_starting.cc
  void Create(const StartingPtr& starting);
  void OnCreated(const StartingPtr& starting, const Status& status);
  void Converge(const StartingPtr& starting);
  void OnLooked(const StartingPtr& starting, const View& view);
  void LookAgain(const StartingPtr& starting);
  void Runs(const StartingPtr& starting, const SwarmTask& task, const View& view);
  void Answer(const StartingPtr& starting, StatusOr<orchestration::RunningServer> answer);
  void Fail(const StartingPtr& starting, const Status& status);

  const SwarmBackendOptions options_;
  const ServicePlan plan_;
  const DockerBackendParts parts_;
  SerialExecutor strand_;

  std::map<std::string, StartingPtr> starting_;  // By server.
  std::map<std::string, Followed> followed_;     // By server.
  std::set<std::string> ending_;                 // Of those followed: being looked at.
  std::set<std::string> leftovers_;              // To be removed, when the engine answers again.
  bool polling_ = false;
  bool away_ = false;  // And said so.

  Ownership ownership_;
  ExitListeners listeners_;

  std::unique_ptr<EngineClient> engine_;  // Its end is the first: it ends calls that point at the rest.
};

/// The newest task of server `id`; null if there is none.
[[nodiscard]] const SwarmTask* NewestTask(const std::vector<SwarmTask>& tasks, const std::string& id);

}  // namespace oofgg::backends
