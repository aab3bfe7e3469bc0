#pragma once

#include "storage/redis/redis_script.h"

/// What Redis does for instances in one step each. Moments are Redis' own, so instances need not agree on the
/// time; a lease thus lasts as long as Redis' clock says, also after a failover to one that goes differently.
namespace oofgg::storage::instance_scripts {

/// KEYS: ends of leases (a sorted set), beats by life, dead lives. All answer with what lives besides, as
/// `remaining ms, beat` in turn.
/// ARGV: life (hexadecimal), ttl in ms, beat, PUBLISH or SPUBLISH, channel.
[[nodiscard]] const RedisScript& Acquire();
/// As above, but answers 0 if the life has none, else 1.
[[nodiscard]] const RedisScript& Renew();
/// As above, without a ttl of its own: 0 in the beat says that it ends.
[[nodiscard]] const RedisScript& Release();
/// No ARGV.
[[nodiscard]] const RedisScript& List();

/// KEYS: users of the shard. ARGV: PUBLISH or SPUBLISH, channel, life (bytes), number of replaced lives,
/// these, and then user and entry in turn.
[[nodiscard]] const RedisScript& Register();
/// KEYS: users of the shard. ARGV: cursor, dead lives. Looks at some, and answers with the next cursor.
[[nodiscard]] const RedisScript& Sweep();

}  // namespace oofgg::storage::instance_scripts
