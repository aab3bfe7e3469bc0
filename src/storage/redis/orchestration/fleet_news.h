#pragma once

#include <string>

#include "orchestration/fleet_keeper.h"
#include "orchestration/request_waiters.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage {

/// Brings what the scripts of `RedisRequestStore` and `RedisFleetLeases` tell about a fleet to those who wait
/// for its requests, and to its `keeper`, if this process may work on it. After a gap all of them look. Both
/// must outlive the subscription.
[[nodiscard]] RedisSubscription FollowFleet(RedisSubscriber& subscriber, std::string fleet,
                                            orchestration::RequestWaiters& waiters,
                                            orchestration::FleetKeeper* keeper);

}  // namespace oofgg::storage
