#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::cli {

/// The secret by which this machine's guest is known, in a file of mode 0600 beside the session file: made if
/// there is none. Several processes may do so at once. kFailedPrecondition if the file is open to others, or
/// holds something else.
[[nodiscard]] StatusOr<std::string> LoadOrMakeDeviceSecret(const std::string& path);

}  // namespace oofgg::cli
