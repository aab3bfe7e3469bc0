#pragma once

#include "storage/redis/redis_script.h"

/// What is done to seats in one step each. KEYS are `request_keys::Of(fleet)`. In a term that is over they
/// answer 'late'.
namespace oofgg::storage::seat_scripts {

/// ARGV: id, mark, fence, slots of the server (0: unknown), its id, host, port, control. As the steps of a
/// lease (request_scripts.h); also {'full'} and {'elsewhere'}.
[[nodiscard]] const RedisScript& Take();

/// {player, id, row, player, id, row, …}: who holds a seat for which request.
[[nodiscard]] const RedisScript& List();

/// ARGV: term, server, reason, player, player, … {id, row, id, row, …}: requests that lost their last seat.
[[nodiscard]] const RedisScript& Free();

/// ARGV: term, server, player. 'done'.
[[nodiscard]] const RedisScript& Forget();

/// ARGV: term, server. 'done'.
[[nodiscard]] const RedisScript& Mark();

/// ARGV: term, server, 1 if only without seats. 'done' · 'seated'.
[[nodiscard]] const RedisScript& Close();

/// ARGV: term, server, reason. {id, row, id, row, …}: requests that failed by it.
[[nodiscard]] const RedisScript& DropServer();

}  // namespace oofgg::storage::seat_scripts
