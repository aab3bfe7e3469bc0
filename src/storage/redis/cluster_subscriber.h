#pragma once

#include <functional>
#include <memory>

#include "storage/redis/redis_options.h"
#include "storage/redis/subscriber_core.h"

namespace oofgg::storage::redis {

/// Sharded channels, each on the master of its slot. Callbacks of all run on one thread.
[[nodiscard]] std::shared_ptr<SubscriberCore> MakeClusterSubscriber(RedisOptions options,
                                                                    std::function<void()> on_rest);

}  // namespace oofgg::storage::redis
