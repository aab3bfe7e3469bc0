#pragma once

#include <functional>
#include <memory>

#include "storage/redis/redis_options.h"
#include "storage/redis/subscriber_core.h"

namespace oofgg::storage::redis {

/// Plain channels, on one link.
[[nodiscard]] std::shared_ptr<SubscriberCore> MakeSingleSubscriber(RedisOptions options,
                                                                   std::function<void()> on_rest);

}  // namespace oofgg::storage::redis
