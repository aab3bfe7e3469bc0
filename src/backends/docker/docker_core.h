#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "backends/docker/docker_backend.h"
#include "backends/docker/ownership.h"
#include "backends/engine/engine_calls.h"
#include "backends/engine/event_stream.h"
#include "backends/engine/exit_listeners.h"
#include "backends/engine/last_words.h"
#include "oofgg/serial_executor.h"

namespace oofgg::backends {

/// Everything runs on the strand, but for what says otherwise. Three ideas, three files: docker_backend.cc
/// (listing, following), docker_starting.cc, docker_ending.cc.
class DockerBackend::Core {
 public:
  Core(DockerBackendOptions options, DockerBackendParts parts, const EngineAddress& address,
       ContainerPlan plan);
  ~Core();

  /// From any thread.
  void Post(Task task) { strand_.Post(std::move(task)); }
  void SetListener(const std::string& fleet, OnExit on_exit);
  [[nodiscard]] const std::string& network() const { return plan_.network; }

  // docker_backend.cc
  void Watch();
  void List(const std::string& fleet, const ListOwed& owed);
  void LookForNetwork(const StopOwed& owed);

  // docker_starting.cc
  void Start(const orchestration::ServerSpec& spec, const StartOwed& owed);

  // docker_ending.cc
  void Stop(const std::string& id, std::chrono::milliseconds grace, const StopOwed& owed, int tries);

 private:
  /// A start under way.
  struct Starting {
    orchestration::ServerSpec spec;
    StartOwed owed;
    int tries = 3;
    bool pulled_again = false;
  };
  using StartingPtr = std::shared_ptr<Starting>;
  /// One that we look after, as it was when that began.
  struct Followed {
    orchestration::RunningServer server;
    std::string started_at;  ///< Empty: a list does not tell it, so it is asked for.
  };

  // docker_backend.cc
  void OnConnected();
  void OnEvent(const EngineEvent& event);
  void Listed(const std::string& fleet, const StatusOr<std::vector<Container>>& containers,
              const ListOwed& owed);
  void Follow(Followed followed);
  void FindContainers(const std::string& label,
                      std::function<void(const StatusOr<std::vector<Container>>&)> on_found);
  [[nodiscard]] StatusOr<orchestration::RunningServer> DescribeHere(const Container& container) const;
  void After(std::chrono::milliseconds pause, Task task) {
    strand_.PostAt(DeadlineAfter(parts_.clock.Now(), pause), std::move(task));
  }

  // docker_starting.cc
  StatusOr<ImagePuller*> PullerOf(const std::string& image);
  [[nodiscard]] const std::string& ImageOf(const orchestration::ServerSpec& spec) const {
    return spec.image.empty() ? plan_.image : spec.image;
  }
  void EnsureImage(const StartingPtr& starting);
  void Create(const StartingPtr& starting);
  void OnCreated(const StartingPtr& starting, const Status& status);
  void StartContainer(const StartingPtr& starting);
  void Inspect(const StartingPtr& starting);
  void OnInspected(const StartingPtr& starting, const Container& container);
  void Answer(const StartingPtr& starting, StatusOr<orchestration::RunningServer> answer);
  void Fail(const StartingPtr& starting, const Status& status);
  [[nodiscard]] bool TryAgain(const StartingPtr& starting, const Status& status,
                              void (Core::*step)(const StartingPtr&));

  // docker_ending.cc
  void Look(const std::string& id);
  void OnLooked(const std::string& id, const StatusOr<std::string>& body);
  [[nodiscard]] bool StillRuns(const std::string& id, const Container& container);
  bool Report(const std::string& id, std::string reason);
  void Remove(const std::string& id);
  void RemoveLeftover(const std::string& id);

  const DockerBackendOptions options_;
  const ContainerPlan plan_;
  const std::string engine_host_;
  const DockerBackendParts parts_;
  SerialExecutor strand_;

  std::map<std::string, StartingPtr> starting_;  // By server.
  std::map<std::string, Followed> followed_;     // By server.
  std::map<std::string, bool> looking_;          // At those followed; true: something was heard since.
  std::set<std::string> died_early_;             // Ended while it was not known yet whether we follow it.
  std::set<std::string> leftovers_;              // Could not be removed yet.
  std::size_t listing_ = 0;
  bool watching_ = false;

  Ownership ownership_;
  ExitListeners listeners_;

  std::unique_ptr<EngineClient> engine_;  // Its end is the first: it ends calls that point at the rest.
  std::map<std::string, std::unique_ptr<ImagePuller>> images_;  // By name.
  std::unique_ptr<EventStream> events_;
};

}  // namespace oofgg::backends
