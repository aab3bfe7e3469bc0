#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "oofgg/clock.h"

namespace oofgg {

enum class ScoreOrder : std::uint8_t { kDescending = 0, kAscending = 1 };
/// Which of a player's scores in a period counts.
enum class ScoreKeep : std::uint8_t { kBest = 0, kLast = 1, kSum = 2 };
/// Whose word counts: the player's own too, or only that of a service credential for the game, and admins'.
enum class ScoreSource : std::uint8_t { kSelf = 0, kServer = 1 };

/// How the lists of one score type rank, and which submissions they take.
struct ScoreRule {
  ScoreOrder order = ScoreOrder::kDescending;
  ScoreKeep keep = ScoreKeep::kBest;
  ScoreSource source = ScoreSource::kSelf;
  std::int64_t min_value = std::numeric_limits<std::int64_t>::min();  ///< A submission outside is refused.
  std::int64_t max_value = std::numeric_limits<std::int64_t>::max();

  friend bool operator==(const ScoreRule&, const ScoreRule&) = default;
};
/// By score type; a type that is not named has the default rule.
using ScoreRules = std::map<std::string, ScoreRule, std::less<>>;

struct ScoreSubmission {
  std::string player_id{};  ///< Empty: the caller.
  std::string game_id{};
  std::string instance_id{};  ///< The match or session it was won in.
  std::int64_t value = 0;
  std::string score_type{};  ///< Empty: "default".
  std::map<std::string, std::string> metadata{};
};

struct Score {
  std::string id{};
  std::string player_id{};
  std::string game_id{};
  std::string instance_id{};
  std::int64_t value = 0;
  std::string score_type{};
  WallTime created_at{};
  std::map<std::string, std::string> metadata{};
};

struct LeaderboardEntry {
  std::int64_t rank = 0;  ///< From 1.
  /// The one that gave the place. On a list of sums its `value` is the sum.
  Score score;
  std::string player_name{};
};

struct LeaderboardRequest {
  std::string game_id{};
  std::string score_type{};   ///< Empty: "default".
  std::string time_period{};  ///< "all_time" or empty, "daily", "weekly" or "monthly": the current one, in
                              ///< UTC; a week begins on Monday.
  std::int32_t limit = 0;     ///< 0: 10; 100 at most.
  std::string cursor{};       ///< Of the same list; that of a day, week or month ends with it.
  std::vector<std::string> player_ids{};  ///< When given, only these; 100 at most. Ranks stay those of all.
  /// When given, the page with this player in its middle. Not together with `cursor` or `player_ids`.
  std::string around_player_id{};
};

struct Leaderboard {
  std::string game_id{};
  std::string score_type{};
  std::string time_period{};
  std::vector<LeaderboardEntry> entries{};
  WallTime last_updated{};
  std::string next_cursor{};  ///< Empty at the end.
};

struct PlayerScoresRequest {
  std::string player_id{};  ///< Empty: the caller.
  std::string game_id{};
  std::int32_t limit = 0;
  std::string cursor{};
};

struct PlayerScores {
  std::string player_id{};
  std::string game_id{};
  std::vector<Score> scores{};  ///< Newest first.
  std::int64_t total_count = 0;
  std::string next_cursor{};  ///< Empty at the end.
};

struct PlayerRankRequest {
  std::string player_id{};  ///< Empty: the caller.
  std::string game_id{};
  std::string score_type{};
  std::string time_period{};  ///< As of LeaderboardRequest.
};

struct PlayerRank {
  std::string player_id{};
  std::string game_id{};
  std::string score_type{};
  std::int64_t rank = 0;
  std::int64_t score_value = 0;
  std::int64_t total_players = 0;
  std::string time_period{};
};

}  // namespace oofgg
