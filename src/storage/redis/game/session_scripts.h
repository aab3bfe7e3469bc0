#pragma once

#include "storage/redis/redis_script.h"

/// What is done to sessions in one step each. KEYS are `row_keys::OfSessions()`.
namespace oofgg::storage::session_scripts {

/// ARGV: id, row, creation key (empty: none), fingerprint, most live sessions of the game, mark.
/// {'made'} · {'other', fingerprint}: the key made something else · {'before', id, row}: it made this ·
/// {'taken'}: the id · {'placed'}: the player has a place · {'full'}.
[[nodiscard]] const RedisScript& Create();

/// ARGV: id, version, mark, body. 'written' · 'moved': at another version · 'gone'.
[[nodiscard]] const RedisScript& Update();

/// ARGV: player, game. {id, row} or {}.
[[nodiscard]] const RedisScript& FindActive();

/// ARGV: game, player, limit. {id, row, id, row, …}, as the next two.
[[nodiscard]] const RedisScript& ListSessions();

/// ARGV: 'running' or 'queued', after which id, limit.
[[nodiscard]] const RedisScript& ListById();

/// ARGV: player, limit.
[[nodiscard]] const RedisScript& ListSessionsOf();

/// ARGV: id.
[[nodiscard]] const RedisScript& Erase();

/// ARGV: id. The run, or -1: no such session.
[[nodiscard]] const RedisScript& NextStreamRun();

/// ARGV: now and the end of what is too old, in milliseconds; how many of a kind at once. 1: there is more.
[[nodiscard]] const RedisScript& Purge();

}  // namespace oofgg::storage::session_scripts
