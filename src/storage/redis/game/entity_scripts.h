#pragma once

#include "storage/redis/redis_script.h"

/// What is done to entities in one step each. KEYS are `row_keys::OfEntities()`, but for `Update`.
namespace oofgg::storage::entity_scripts {

/// ARGV: session, id, row, creation key (empty: none), fingerprint, most entities of the session, mark.
/// {'made'} · {'other', fingerprint}: the key made something else · {'before', name, row}: it made this, of
/// which there is no row if it is gone · {'orphan'}: no such session · {'taken'}: the id · {'full'}.
[[nodiscard]] const RedisScript& Create();

/// ARGV: session. {name, row, name, row, …}
[[nodiscard]] const RedisScript& List();

/// KEYS: that of the rows alone. ARGV: name, version, mark, body. 'written' · 'moved': at another version ·
/// 'gone'.
[[nodiscard]] const RedisScript& Update();

/// ARGV: name. Whether it was there.
[[nodiscard]] const RedisScript& Erase();

/// As that of sessions.
[[nodiscard]] const RedisScript& Purge();

}  // namespace oofgg::storage::entity_scripts
