#pragma once

#include "oofgg/status.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

/// Whether what this Redis acknowledges outlives its process: its append-only file must be on, in a cluster
/// that of each master. Works where CONFIG is forbidden. With `allow_volatile` a Redis without one is only
/// logged as a warning. Errors: kFailedPrecondition, which says what to change; those of `RedisClient`.
[[nodiscard]] Status CheckDurability(RedisClient& client, bool allow_volatile, TimePoint deadline);

}  // namespace oofgg::storage
