#pragma once

#include <memory>

#include "storage/redis/client_core.h"
#include "storage/redis/redis_options.h"

namespace oofgg::storage::redis {

/// One link to each master of a cluster, and one more to hear which they are. Callbacks run on the thread of
/// that one, whichever node answers.
[[nodiscard]] std::unique_ptr<ClientCore> MakeClusterClient(RedisOptions options);

}  // namespace oofgg::storage::redis
