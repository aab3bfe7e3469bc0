#pragma once

#include <memory>
#include <string>

#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "orchestration/container_backend.h"
#include "servers/maker/backend_settings.h"

namespace oofgg::servers {

/// What a backend works with; must outlive it.
struct BackendParts {
  Executor& executor;
  const Clock& clock;
  RandomSource& random;
  std::string maker_id{};  ///< `MakerStores::maker_id`.
};

/// The backend of CONTAINER_BACKEND. Blocks while it looks for what the settings name; what is away is waited
/// for, what is not there ends the program. Errors: kInvalidArgument, kFailedPrecondition.
[[nodiscard]] StatusOr<std::unique_ptr<orchestration::ContainerBackend>> MakeBackend(
    const BackendSettings& settings, const std::string& public_host, const BackendParts& parts);

}  // namespace oofgg::servers
