#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::backends {

/// Splits a command into words as a shell would, with '…', "…" and \ to quote; nothing is expanded and no
/// shell runs. Errors: kInvalidArgument naming PROCESS_COMMAND (empty, or a quote that does not end).
[[nodiscard]] StatusOr<std::vector<std::string>> SplitCommand(std::string_view command);

}  // namespace oofgg::backends
