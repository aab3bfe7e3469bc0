#include "base/siphash.h"
#include "presence/instances/instance_bus.h"

namespace oofgg::presence {

// The same on every machine and in every version, as all instances must agree. The key is no secret: what an
// attacker gains by ids of one shard is a shard that is busier than others.
UserShard ShardOfUser(std::string_view user_id) {
  static const base::SipHash kHash({0, 0});
  return static_cast<UserShard>(kHash(user_id) % kUserShards);
}

}  // namespace oofgg::presence
