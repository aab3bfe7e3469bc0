#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oofgg/clock.h"

namespace oofgg {

/// How a match came to its end.
enum class MatchEnd : std::uint8_t {
  kUnknown = 0,    ///< What was stored of its session is gone without a word.
  kFinished = 1,   ///< Its host, its game server or an admin said so.
  kAbandoned = 2,  ///< The last player left.
  kExpired = 3,    ///< Nobody had a stream on it for too long.
  kHostLost = 4,   ///< The last player there, its host by then, lost the connection and did not come back.
  kDeleted = 5,    ///< Its session was deleted while it was played.
};

enum class MatchResult : std::uint8_t { kNone = 0, kWin = 1, kLoss = 2, kDraw = 3 };

struct MatchScore {
  std::string score_type{};
  std::int64_t value = 0;

  friend bool operator==(const MatchScore&, const MatchScore&) = default;
};

/// Somebody who played in a match. Of whoever deleted their account since, id and name are empty.
struct MatchPlayer {
  std::string player_id{};
  std::string username{};  ///< As it is now.
  std::string team_id{};
  WallTime joined_at{};
  std::optional<WallTime> left_at{};  ///< Nothing: there to the end.
  MatchResult result = MatchResult::kNone;
  std::int32_t placement = 0;  ///< From 1; 0: nobody said.
  /// The last one of each type that was submitted for the player with the match's id.
  std::vector<MatchScore> scores{};

  friend bool operator==(const MatchPlayer&, const MatchPlayer&) = default;
};

/// A match that is over.
struct PlayedMatch {
  std::string id{};  ///< That of its session; of one made by the maker the match's.
  std::string game_id{};
  std::int32_t region = 0;  ///< The contract's RegionEnum.
  WallTime started_at{};
  WallTime finished_at{};
  MatchEnd end = MatchEnd::kUnknown;
  std::vector<MatchPlayer> players{};  ///< All who were ever in it.

  [[nodiscard]] WallTime::duration duration() const { return finished_at - started_at; }
};

struct ListMatchesRequest {
  std::string player_id{};  ///< Empty: the caller.
  std::string game_id{};    ///< Empty: all games.
  std::int32_t limit = 0;   ///< 0: 10; 100 at most.
  std::string cursor{};     ///< Of the same list.
};

struct MatchesPage {
  std::vector<PlayedMatch> matches{};  ///< Newest end first.
  std::string next_cursor{};           ///< Empty at the end.
};

struct GetMatchRequest {
  std::string id{};  ///< The match's, or that of the caller's place in the queue which became it.
};

/// What is said of one player, or one team, when a match ends.
struct MatchOutcome {
  MatchResult result = MatchResult::kNone;
  std::int32_t placement = 0;  ///< From 1; 0: none.
};

/// How a match came out. What is said of a player counts before what is said of their team.
struct MatchReport {
  std::map<std::string, MatchOutcome> players{};
  std::map<std::string, MatchOutcome> teams{};
};

}  // namespace oofgg
