#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Where the rows of the game room are in Redis. All share one hash tag, so that a script that changes
/// several of them is one step in a cluster too (docs/decisions/0035-rows-of-sessions-in-redis.md).
namespace oofgg::storage::row_keys {

inline constexpr std::string_view kSessions = "oofgg:{game}:sessions";  ///< Hash: id → row.
inline constexpr std::string_view kDatabase = "oofgg:{game}:database";  ///< Id of that of the games.
inline constexpr std::string_view kEntities = "oofgg:{game}:entities";  ///< Hash: session and id → row.

/// What scripts on sessions read and write. Sorted sets are in the order of their members; "owned" names are
/// those of `OwnedName`.
inline std::vector<std::string> OfSessions() {
  return {
      std::string(kSessions),
      "oofgg:{game}:runs",     // Hash: id → next run of its event stream, and the Redis that gave the last.
      "oofgg:{game}:of",       // Sorted set: sessions owned by the players who own them or are in them.
      "oofgg:{game}:within",   // Likewise: live ones that players are in, aliases not among them.
      "oofgg:{game}:open",     // Sorted set: sessions that anybody may join, owned by their game.
      "oofgg:{game}:live",     // Likewise: those that count for the limit of the game.
      "oofgg:{game}:running",  // Sorted set: ids of live sessions and matches.
      "oofgg:{game}:queued",   // Sorted set: ids of places in the queue.
      "oofgg:{game}:places",   // Hash: player owned by game → their place in its queue.
      "oofgg:{game}:aliases",  // Sorted set: aliases owned by the sessions that they stand for.
      "oofgg:{game}:ended",  // Sorted set by when a sweep first found them ended: ids; -inf: none has so far.
      "oofgg:{game}:made",   // Hash: creation key → fingerprint and what it made.
      "oofgg:{game}:made:seen",  // Sorted set of these keys, by when a sweep first found them.
      std::string(kEntities),
      "oofgg:{game}:entities:of",  // Sorted set: entities owned by their session.
  };
}

/// Likewise for those on entities.
inline std::vector<std::string> OfEntities() {
  return {std::string(kSessions), std::string(kEntities), "oofgg:{game}:entities:of",
          "oofgg:{game}:entities:made", "oofgg:{game}:entities:made:seen"};
}

}  // namespace oofgg::storage::row_keys
