#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "backends/docker/container.h"
#include "backends/engine/engine_address.h"
#include "backends/engine/image_puller.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

struct DockerBackendOptions {
  EngineSettings engine{};
  ImageOptions image{};                  ///< `image` may be empty where every `ServerSpec` names one.
  std::string expose_port = "3000/tcp";  ///< IMAGE_EXPOSE_PORT: players', published on a port of the host.
  std::uint16_t control_port = 3000;     ///< IMAGE_CONTROL_PORT: serves the Reservation API.
  std::string network{};                 ///< DOCKER_NETWORK, on which the maker reaches that; may be empty.
  std::string public_host{};             ///< PUBLIC_HOST, or empty: as the caller reached the maker.
  ContainerLimits limits{};
  /// Marks what is ours where several makers use one engine; makers that share fleets have the same. It must
  /// last, as what has another is never adopted. Empty: whatever any maker made is ours.
  std::string owner{};
};

/// All must outlive the backend.
struct DockerBackendParts {
  Executor& executor;
  const Clock& clock;
  RandomSource& random;
};

/// Game servers as containers of a Docker engine (docs/decisions/0047-docker-backend.md).
///
/// Labels mark what is ours, so that several makers may use one engine, each with an `owner` of its own. The
/// image is pulled once, at the first `WatchExits`, and servers wait
/// for it. While the engine is away `List` waits for it, as nothing can be known before; everything else
/// fails with kUnavailable after a few tries.
class DockerBackend final : public orchestration::ContainerBackend {
 public:
  /// Errors: kInvalidArgument (a setting, by its variable).
  [[nodiscard]] static StatusOr<std::unique_ptr<DockerBackend>> Make(DockerBackendOptions options,
                                                                     DockerBackendParts parts);
  ~DockerBackend() override;

  /// Whether the engine has what the settings name; blocks until it answers. kFailedPrecondition (it has no
  /// such network, or one that publishes no ports; the message says how to make it); what is not known, as
  /// the engine is away, is logged and no error. Not from the executor's threads.
  [[nodiscard]] Status CheckSetting();

  void Start(orchestration::ServerSpec spec, OnStarted on_started) override;
  void Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) override;
  void List(std::string_view fleet, OnListed on_listed) override;
  void WatchExits(std::string_view fleet, OnExit on_exit) override;

 private:
  class Core;
  explicit DockerBackend(std::unique_ptr<Core> core);
  std::unique_ptr<Core> core_;
};

}  // namespace oofgg::backends
