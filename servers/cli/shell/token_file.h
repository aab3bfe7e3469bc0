#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::cli {

/// The first line of `path`, without blanks at its end. kUnavailable if there is none.
[[nodiscard]] StatusOr<std::string> ReadTokenFile(const std::string& path);

/// Whether others than its owner may read or write `path`.
[[nodiscard]] bool IsOpenToOthers(const std::string& path);

}  // namespace oofgg::cli
