#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "backends/docker/docker_backend.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

struct SwarmBackendOptions {
  /// As for containers of one engine, which must be a manager of the swarm; `network` is an overlay. The
  /// nodes pull the image by themselves, so `image.policy` means nothing here. `public_host` empty: the
  /// task's node.
  DockerBackendOptions docker{};
  std::vector<std::string> constraints{};           ///< SWARM_CONSTRAINTS: where tasks may run.
  std::chrono::milliseconds verify_cooldown{1000};  ///< CONVERGE_VERIFY_COOLDOWN: between two looks, at most.
  std::size_t verify_tries = 10;  ///< CONVERGE_VERIFY_RETRY_TIMES: of that time, until a start has failed.
};

/// Game servers as services of a swarm, each with one task (docs/decisions/0048-swarm-backend.md).
///
/// A task is looked at often at first, then every `verify_cooldown`; pulling its image does not count. A task
/// that the swarm has replaced is a server that has ended. Waiting, retries and shared engines: as
/// `DockerBackend`.
class SwarmBackend final : public orchestration::ContainerBackend {
 public:
  /// Errors: kInvalidArgument (a setting, by its variable).
  [[nodiscard]] static StatusOr<std::unique_ptr<SwarmBackend>> Make(SwarmBackendOptions options,
                                                                    DockerBackendParts parts);
  ~SwarmBackend() override;

  /// As `DockerBackend`'s; kFailedPrecondition too if the engine is no manager of a swarm.
  [[nodiscard]] Status CheckSetting();

  void Start(orchestration::ServerSpec spec, OnStarted on_started) override;
  void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) override;
  void List(std::string_view fleet, OnListed on_listed) override;
  void WatchExits(std::string_view fleet, OnExit on_exit) override;

 private:
  class Core;
  explicit SwarmBackend(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace oofgg::backends
