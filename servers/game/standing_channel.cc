#include "servers/game/standing_channel.h"

#include <string>

#include "base/encoding.h"
#include "servers/common/redis_options.h"
#include "storage/redis/game/standings/redis_standing_channel.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kNameBytes = 16;

}  // namespace

StatusOr<std::unique_ptr<game::StandingChannel>> OpenStandingChannel(const ServerSettings& settings,
                                                                     const GameStorage& storage,
                                                                     RandomSource& random,
                                                                     Executor& executor) {
  if (settings.redis.empty() || storage.postgres == nullptr) return nullptr;
  OOFGG_ASSIGN_OR_RETURN(const storage::RedisOptions options, RedisOptionsOf(settings));
  OOFGG_ASSIGN_OR_RETURN(const std::string name,
                         storage.games->KeepSecret("standings channel", random.Bytes(kNameBytes)));
  return std::make_unique<storage::RedisStandingChannel>(options, base::HexEncode(name), random.Next(),
                                                         executor);
}

}  // namespace oofgg::servers
