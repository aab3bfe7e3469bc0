#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::backends {

/// Starts a program in a session of its own, so that it neither gets our signals nor ends with us. It gets
/// `environment` and PATH, nothing of ours; stdin is empty, stdout and stderr are appended to `log_path`,
/// and every other descriptor is closed. Errors: kFailedPrecondition (cannot be run), kUnavailable.
[[nodiscard]] StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                                    const std::map<std::string, std::string>& environment,
                                    const std::string& log_path);

/// Two TCP ports that were free on all interfaces a moment ago, for {port} and {control_port}.
[[nodiscard]] StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPorts();

}  // namespace oofgg::backends
