#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/fleet_config.h"

namespace oofgg::servers {

/// Reads the fleets file (docs/maker.md, "Fleets"). What a fleet does not say is as in `defaults`, which the
/// variables gave. The first fault ends it, naming member, line, problem and right form: kInvalidArgument.
[[nodiscard]] StatusOr<std::vector<orchestration::FleetConfig>> ParseFleets(
    std::string_view json, const orchestration::FleetOptions& defaults);

/// The same of a file; faults name it. kNotFound or kUnavailable where the file system refuses.
[[nodiscard]] StatusOr<std::vector<orchestration::FleetConfig>> LoadFleets(
    const std::string& path, const orchestration::FleetOptions& defaults);

}  // namespace oofgg::servers
