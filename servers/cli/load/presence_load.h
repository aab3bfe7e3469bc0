#pragma once

#include "oofgg/status.h"
#include "servers/cli/load/conductor.h"
#include "servers/cli/load/load_options.h"
#include "servers/cli/load/load_report.h"

namespace oofgg::load {

/// Drives users of the presence port, in processes of their own, and measures. Ctrl-C ends it in order, with
/// what was measured until then.
/// Errors: kInvalidArgument (options that do not fit), kUnavailable (no user could connect),
/// kResourceExhausted. Threads: forks, so it is for a process with one thread.
[[nodiscard]] StatusOr<LoadReport> RunPresenceLoad(const PresenceLoadOptions& options,
                                                   const LoadProgress& progress);

}  // namespace oofgg::load
