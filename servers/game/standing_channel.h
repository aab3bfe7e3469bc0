#pragma once

#include <memory>

#include "game/standing_channel.h"
#include "oofgg/executor.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "servers/common/server_flags.h"
#include "servers/game/stores.h"

namespace oofgg::servers {

/// What tells other instances on the same PostgreSQL of scores, by `--redis`; null where there is no such.
/// `executor` outlives it.
[[nodiscard]] StatusOr<std::unique_ptr<game::StandingChannel>> OpenStandingChannel(
    const ServerSettings& settings, const GameStorage& storage, RandomSource& random, Executor& executor);

}  // namespace oofgg::servers
