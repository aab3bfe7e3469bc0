#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "orchestration/request.h"

/// The bytes of a request in Redis, which scripts write and we read.
namespace oofgg::storage {

/// Errors: kInternal if it is no row of ours.
[[nodiscard]] StatusOr<orchestration::RequestRecord> RequestOf(const orchestration::RequestKey& key,
                                                               std::string_view row);

/// The players of a row.
[[nodiscard]] std::string PackPlayers(const std::vector<std::string>& players);

/// Moments as scripts have them: milliseconds since the epoch.
[[nodiscard]] std::string MillisText(WallTime when);
[[nodiscard]] StatusOr<WallTime> MomentOf(std::string_view millis);

}  // namespace oofgg::storage
