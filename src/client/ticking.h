#pragma once

#include "oofgg/executor.h"

namespace oofgg::internal {

/// The dispatcher whose Tick runs on this thread right now; null if none.
[[nodiscard]] const Executor* TickingDispatcher();

}  // namespace oofgg::internal
