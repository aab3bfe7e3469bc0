#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/model/fleet.h"
#include "oofgg/status.h"

namespace oofgg::orchestration {

/// What the worker of a fleet leaves in the store for those who ask another process, as JSON.
[[nodiscard]] std::string FleetReport(const std::vector<GameServerInfo>& servers);

/// Reads it. kUnavailable if it is none: a worker of another version wrote it.
[[nodiscard]] StatusOr<std::vector<GameServerInfo>> ReadFleetReport(std::string_view fleet,
                                                                    std::string_view text);

}  // namespace oofgg::orchestration
