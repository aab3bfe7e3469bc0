#pragma once

#include <memory>

#include "storage/redis/client_core.h"
#include "storage/redis/redis_options.h"

namespace oofgg::storage::redis {

/// One link, to one server or to the master that Sentinel names.
[[nodiscard]] std::unique_ptr<ClientCore> MakeSingleClient(RedisOptions options);

}  // namespace oofgg::storage::redis
