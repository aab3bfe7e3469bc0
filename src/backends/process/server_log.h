#pragma once

#include <cstdint>
#include <string>

#include "oofgg/status.h"

namespace oofgg::backends {

/// Keeps a log within bounds that a process appends to, which goes on doing so: once it is longer than
/// `max_bytes`, its end is moved to `older`, whose former content is lost. Lines that are written at that
/// very moment may be lost, too. True if it was. Errors: kUnavailable.
[[nodiscard]] StatusOr<bool> BoundLog(const std::string& path, const std::string& older,
                                      std::uint64_t max_bytes);

}  // namespace oofgg::backends
