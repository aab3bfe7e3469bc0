#pragma once

#include <memory>
#include <string>

#include "oofgg/random.h"
#include "orchestration/fleet_lease_store.h"
#include "orchestration/fleet_order_store.h"
#include "orchestration/registration_store.h"
#include "orchestration/request_store.h"
#include "servers/common/ops_server.h"
#include "servers/maker/settings.h"
#include "storage/redis/redis_client.h"
#include "storage/redis/redis_subscriber.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {

/// Where requests, leases of fleets and orders for them are: in Redis, which makers share, or in a file of
/// this process alone. What stands on another comes after it.
struct MakerStores {
  std::unique_ptr<storage::Database> database;           ///< Without Redis.
  std::unique_ptr<storage::RedisClient> redis;           ///< With it, …
  std::unique_ptr<storage::RedisSubscriber> subscriber;  ///< … and what is told there.
  std::unique_ptr<orchestration::RequestStore> requests;
  std::unique_ptr<orchestration::FleetLeaseStore> leases;
  std::unique_ptr<orchestration::FleetOrderStore> orders;
  std::unique_ptr<orchestration::RegistrationStore> registrations;  ///< With Redis.
  std::string maker_id;  ///< Of all makers on these, for ever: marks what is theirs on a shared engine.

  [[nodiscard]] bool AreShared() const { return redis != nullptr; }
};

/// Errors name the flag: kUnavailable, kFailedPrecondition (a Redis that forgets), kInvalidArgument.
[[nodiscard]] StatusOr<MakerStores> OpenMakerStores(const MakerSettings& settings, const Clock& clock,
                                                    RandomSource& random);

/// Ready only while there is a link to Redis, if it is used; both outlive `ops`.
void AddRedisHealth(OpsServer& ops, const MakerStores& stores);

}  // namespace oofgg::servers
