#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::cli {

/// Asks for a password, or takes the first line of stdin when that is no terminal; never an argument, which
/// every process of the machine can read. On a terminal it is not shown, and asked for again if `twice`.
StatusOr<std::string> ReadPassword(bool twice);

/// The same for another secret, such as a `new password` or a `code`; on stdin the next line.
StatusOr<std::string> ReadSecret(const std::string& what, bool twice = false);

}  // namespace oofgg::cli
