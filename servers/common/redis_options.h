#pragma once

#include "oofgg/status.h"
#include "servers/common/server_flags.h"
#include "storage/redis/redis_options.h"

namespace oofgg::servers {

/// What `--redis` says, which is not empty. Errors: kInvalidArgument; kFailedPrecondition where its password,
/// and what it is told of players, would cross a network in plaintext unasked.
[[nodiscard]] StatusOr<storage::RedisOptions> RedisOptionsOf(const ServerSettings& settings);

}  // namespace oofgg::servers
