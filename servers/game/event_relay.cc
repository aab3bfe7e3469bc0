#include "servers/game/event_relay.h"

#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "servers/common/redis_options.h"
#include "storage/redis/game/events/redis_event_relay.h"

namespace oofgg::servers {

StatusOr<std::unique_ptr<game::EventRelay>> MakeEventRelay(const ServerSettings& settings,
                                                           const game::EventWindow& window,
                                                           Executor& workers) {
  if (settings.redis.empty()) return nullptr;
  OOFGG_ASSIGN_OR_RETURN(const storage::RedisOptions redis, RedisOptionsOf(settings));
  return std::make_unique<storage::RedisEventRelay>(redis, storage::EventRelayOptions{.window = window},
                                                    workers, Clock::System(), RandomSource::System());
}

}  // namespace oofgg::servers
