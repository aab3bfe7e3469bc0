#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "oofgg/clock.h"

namespace oofgg {

struct ScoreSubmission {
  std::string player_id;  ///< Empty: the caller.
  std::string game_id;
  std::string instance_id;  ///< The match or session it was won in.
  std::int64_t value = 0;
  std::string score_type;  ///< Empty: "default".
  std::map<std::string, std::string> metadata;
};

struct Score {
  std::string id;
  std::string player_id;
  std::string game_id;
  std::string instance_id;
  std::int64_t value = 0;
  std::string score_type;
  WallTime created_at{};
  std::map<std::string, std::string> metadata;
};

struct LeaderboardEntry {
  std::int64_t rank = 0;  ///< From 1.
  Score score;
  std::string player_name;
};

struct LeaderboardRequest {
  std::string game_id;
  std::string score_type;
  std::string time_period;  ///< Empty or "all_time".
  std::int32_t limit = 0;   ///< 0: 10; 100 at most.
  std::string cursor;
  std::vector<std::string> player_ids;  ///< When given, only these; 100 at most. Ranks stay those of all.
};

struct Leaderboard {
  std::string game_id;
  std::string score_type;
  std::string time_period;
  std::vector<LeaderboardEntry> entries;
  WallTime last_updated{};
  std::string next_cursor;  ///< Empty at the end.
};

struct PlayerScoresRequest {
  std::string player_id;  ///< Empty: the caller.
  std::string game_id;
  std::int32_t limit = 0;
  std::string cursor;
};

struct PlayerScores {
  std::string player_id;
  std::string game_id;
  std::vector<Score> scores;  ///< Newest first.
  std::int64_t total_count = 0;
  std::string next_cursor;  ///< Empty at the end.
};

struct PlayerRankRequest {
  std::string player_id;  ///< Empty: the caller.
  std::string game_id;
  std::string score_type;
};

struct PlayerRank {
  std::string player_id;
  std::string game_id;
  std::string score_type;
  std::int64_t rank = 0;
  std::int64_t score_value = 0;
  std::int64_t total_players = 0;
};

}  // namespace oofgg
