#pragma once

#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::storage {

class RedisClient;

/// Whether the rows of sessions in this Redis go with the database of that id, where their games are. The
/// first that asks makes them its own. Errors: kFailedPrecondition, they are another's; those of
/// `RedisClient`.
[[nodiscard]] Status CheckRowOwner(RedisClient& client, std::string_view database_id, TimePoint deadline);

}  // namespace oofgg::storage
