#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/leaderboard_tree.h"
#include "game/score_store.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// A place on a list.
struct RankedScore {
  std::size_t rank = 0;  ///< From 1.
  std::string player_id;
  std::int64_t value = 0;
  std::int64_t order = 0;  ///< The score's, for ScoreStore::FindScores.
};

/// Every list of best scores, one for each game and score type, in memory over the store's rows.
/// A submission goes to the store first and then here; the order in which concurrent ones arrive does not
/// matter, and one that is lost here by a crash comes back with `Rebuild`.
/// Threads: safe; each list has a lock of its own.
class Leaderboards {
 public:
  /// `max_types` bounds the lists that a game may have, since players choose the score type.
  explicit Leaderboards(std::size_t max_types) : max_types_(max_types) {}

  /// Fills the lists from the store's rows; what is there already stays.
  Status Rebuild(ScoreStore& scores);

  /// Makes sure there is a list to submit to. kResourceExhausted: the game has too many score types.
  Status Open(std::string_view game_id, std::string_view score_type);

  /// Counts a stored score: the player's best one stays. Returns where the player now ranks.
  RankedScore Submit(const BestScore& score);

  /// Takes a player off all lists. A submission that arrives afterwards puts them back.
  void Remove(std::string_view player_id);

  struct Page {
    std::vector<RankedScore> entries;
    std::size_t total = 0;
    WallTime last_updated{};
  };
  /// A position on a list that stays meaningful while the list changes.
  struct Position {
    std::int64_t value = 0;
    std::int64_t order = 0;
  };

  /// At most `limit` entries behind `after`, or from the top.
  [[nodiscard]] Page Top(std::string_view game_id, std::string_view score_type, std::optional<Position> after,
                         std::size_t limit) const;

  /// Those of the players who are on the list, the best first; ranks are those of the whole list.
  [[nodiscard]] Page Of(std::string_view game_id, std::string_view score_type,
                        std::span<const std::string> player_ids) const;

 private:
  struct List {
    mutable std::mutex mutex;
    LeaderboardTree board;
    WallTime last_updated{};
  };

  /// Players' ids as 32-bit numbers, shared by all lists.
  class PlayerNumbers {
   public:
    std::uint32_t NumberOf(std::string_view player_id);
    [[nodiscard]] std::optional<std::uint32_t> Find(std::string_view player_id) const;
    [[nodiscard]] std::string IdOf(std::uint32_t number) const;

   private:
    mutable std::mutex mutex_;
    std::deque<std::string> ids_;  // Never moves what the map's keys point to.
    absl::flat_hash_map<std::string_view, std::uint32_t, StringHash> numbers_;
  };

  List& ListFor(std::string_view game_id, std::string_view score_type);
  [[nodiscard]] const List* FindList(std::string_view game_id, std::string_view score_type) const;

  const std::size_t max_types_;
  PlayerNumbers players_;
  mutable std::mutex mutex_;  // Of the map only; lists, once made, stay. No other lock is taken under it.
  StringMap<StringMap<std::unique_ptr<List>>> lists_;
};

}  // namespace oofgg::game
