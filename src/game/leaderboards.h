#pragma once

#include <absl/functional/function_ref.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/leaderboard_tree.h"
#include "game/player_numbers.h"
#include "game/score_period.h"
#include "game/score_store.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Which list: there is one for each game, score type and period.
struct ListId {
  std::string_view game_id;
  std::string_view score_type;
  ScorePeriod period = ScorePeriod::kAllTime;
};

/// A place on a list.
struct RankedScore {
  std::size_t rank = 0;  ///< From 1.
  std::string player_id;
  std::int64_t value = 0;
  std::int64_t order = 0;  ///< The score's, for ScoreStore::FindScores.
};

/// All lists, in memory over the store's rows. A list of a day, week or month is that of the current one: it
/// begins empty with the first call after the period's end, by the clock.
/// A submission goes to the store first and then here; the order in which concurrent ones arrive does not
/// matter, and one that is lost here by a crash comes back with `Rebuild`.
/// Threads: safe; each list has a lock of its own.
class Leaderboards {
 public:
  /// `max_types` bounds the score types that players may make up in a game.
  Leaderboards(std::size_t max_types, const Clock& clock) : max_types_(max_types), clock_(clock) {}

  /// What rule a game names for a score type, if any.
  using FindRule =
      absl::FunctionRef<std::optional<ScoreRule>(std::string_view game_id, std::string_view score_type)>;

  /// Fills the lists from the store's rows. Once, before anything else. A thread of its own reads while this
  /// one builds, and has ended when it returns. What it needs meanwhile beside the lists is 24 to 72 bytes
  /// for each entry of the longest one. `find_rule` must not call the store.
  Status Rebuild(ScoreStore& scores, FindRule find_rule);

  /// Whether there may be scores of the type. `rule` is the one that the game names for it; a type that it
  /// does not name (nothing) counts among those that players made up.
  /// kResourceExhausted: there are too many of these.
  Status CheckMayOpen(std::string_view game_id, std::string_view score_type,
                      const std::optional<ScoreRule>& rule);

  /// Makes sure there are lists for a type that has scores in the store, however many types there are. What
  /// the game does not name has the default rule.
  void Open(std::string_view game_id, std::string_view score_type, const std::optional<ScoreRule>& rule);

  /// Whether there are such lists, whose rule stays what it is.
  [[nodiscard]] bool IsOpen(std::string_view game_id, std::string_view score_type);

  /// Takes over what a player has on a list, as the store told it: of what was told before and now the one
  /// that counts stays. Nothing happens if the list is not open, or that period is over.
  void Submit(const ListId& id, std::chrono::sys_days period_start, std::string_view player_id,
              const Standing& standing);

  /// Takes a player off all lists. A submission that arrives afterwards puts them back.
  void Remove(std::string_view player_id);

  struct Page {
    std::vector<RankedScore> entries;
    std::size_t total = 0;
    std::chrono::sys_days period_start{};
    WallTime last_updated{};
  };
  /// A position on a list that stays meaningful while the list changes.
  struct Position {
    std::int64_t value = 0;
    std::int64_t order = 0;
  };

  /// At most `limit` entries behind `after`, or from the top.
  [[nodiscard]] Page Top(const ListId& id, std::optional<Position> after, std::size_t limit);

  /// `limit` entries with the player in the middle, or fewer where the list is shorter; none if the player is
  /// not on it.
  [[nodiscard]] Page Around(const ListId& id, std::string_view player_id, std::size_t limit);

  /// Those of the players who are on the list, the best first; ranks are those of the whole list.
  [[nodiscard]] Page Of(const ListId& id, std::span<const std::string> player_ids);

  /// What all lists and the players' ids hold in memory, in bytes.
  [[nodiscard]] std::size_t MemoryUsage();

 private:
  struct List {
    mutable std::mutex mutex;
    std::unique_ptr<LeaderboardTree> board;  // None before the first entry: most lists of most days.
    std::chrono::sys_days start{};
    WallTime last_updated{};
  };
  struct Type {
    ScoreRule rule;
    bool named = false;
    std::array<List, kScorePeriods.size()> lists;
  };
  class Loader;

  /// Trees rank the highest first; the complement turns any 64-bit numbers round, the least one too, and
  /// back.
  [[nodiscard]] static std::int64_t Turned(const ScoreRule& rule, std::int64_t value) {
    return rule.order == ScoreOrder::kAscending ? ~value : value;
  }
  [[nodiscard]] static LeaderboardKeep KeepOf(const ScoreRule& rule) {
    return rule.keep == ScoreKeep::kBest ? LeaderboardKeep::kBest : LeaderboardKeep::kNewest;
  }

  /// An entry, before its member is told by name.
  struct Ranked {
    std::size_t rank = 0;  // From 0.
    LeaderboardTree::Entry entry;
  };

  [[nodiscard]] static std::unique_ptr<Type> MakeType(const std::optional<ScoreRule>& rule);
  Type& TypeFor(std::string_view game_id, std::string_view score_type, const std::optional<ScoreRule>& rule);
  [[nodiscard]] Type* FindType(const ListId& id);
  [[nodiscard]] std::vector<Type*> AllTypes();
  void Advance(List& list, std::chrono::sys_days start, std::unique_ptr<LeaderboardTree>& over);

  template <typename Body>
  Page Read(const ListId& id, const Body& body);
  [[nodiscard]] static std::vector<Ranked> From(const LeaderboardTree& board, std::size_t first,
                                                std::size_t limit);

  const std::size_t max_types_;
  const Clock& clock_;
  PlayerNumbers players_;
  std::mutex mutex_;  // Of the map only; types, once made, stay. No other lock is taken under it.
  StringMap<StringMap<std::unique_ptr<Type>>> types_;
};

}  // namespace oofgg::game
