#pragma once

#include <memory>

#include "game/event_channel.h"
#include "game/event_relay.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "servers/common/server_flags.h"

namespace oofgg::servers {

/// With `--redis`, what shares sessions' events with the other instances; else null. It connects by itself.
/// `workers` outlive it. Errors: those of `RedisOptionsOf`.
[[nodiscard]] StatusOr<std::unique_ptr<game::EventRelay>> MakeEventRelay(const ServerSettings& settings,
                                                                         const game::EventWindow& window,
                                                                         Executor& workers);

}  // namespace oofgg::servers
