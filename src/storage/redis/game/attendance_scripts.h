#pragma once

#include <string>
#include <vector>

#include "storage/redis/redis_script.h"

/// Who attends at which instance, as instances tell it. An instance is a life: 16 hexadecimal digits, drawn
/// anew for each link. A player in a session is a name: `OwnedName` of the session and `OwnedName` of the
/// player and nothing. Times are milliseconds; the empty one is Redis' own now.
namespace oofgg::storage::attendance_scripts {

/// KEYS of all of them.
inline std::vector<std::string> Keys() {
  return {
      "oofgg:{attendance}:lives",   // Sorted set: lives by when their lease ends.
      "oofgg:{attendance}:dead",    // Set: lives whose lease has ended, and who still have names.
      "oofgg:{attendance}:here",    // Sorted set of name and life; of name and "-" for who is absent.
      "oofgg:{attendance}:told",    // Sorted set of life and name: the same from the other side.
      "oofgg:{attendance}:absent",  // Sorted set: names by when their grace is over.
      "oofgg:{attendance}:beat",    // When there was the last beat of anybody.
  };
}

/// ARGV: life, now, grace, grace of who is leaving, then 'here', 'away', 'leaving' or 'out' and a name, each.
/// 0: the life is over.
[[nodiscard]] const RedisScript& Tell();

/// ARGV: life, now, lease, grace, 1 for a new life. 0: the life is over.
[[nodiscard]] const RedisScript& Beat();

/// ARGV: now, when they are due again, how many at most. Names.
[[nodiscard]] const RedisScript& TakeDue();

/// ARGV: sessions. Of each 1 or 0.
[[nodiscard]] const RedisScript& AreAttended();

}  // namespace oofgg::storage::attendance_scripts
