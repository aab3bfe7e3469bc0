#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::cli {

/// Asks for a password, or takes the first line of stdin when that is no terminal; never an argument, which
/// every process of the machine can read. On a terminal it is not shown, and asked for again if `twice`.
StatusOr<std::string> ReadPassword(bool twice);

}  // namespace oofgg::cli
