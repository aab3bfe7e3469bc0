#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "game/purge.h"
#include "oofgg/clock.h"
#include "oofgg/model/match_history.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Somebody who is, or was, in a match. Once their account is deleted, id and alias are empty.
struct MatchSeat {
  std::string player_id{};
  std::string team_id{};
  std::string alias{};  ///< The place in the queue that became the match for them; empty: none.
  WallTime joined_at{};
  std::optional<WallTime> left_at{};
  MatchResult result = MatchResult::kNone;
  std::int32_t placement = 0;

  friend bool operator==(const MatchSeat&, const MatchSeat&) = default;
};

/// A match as stored: open while it is played, closed once, when it is over, and told once it is sure that
/// the event log has heard of that. Moments are kept to the millisecond.
struct MatchRecord {
  std::string id{};
  std::string game_id{};
  std::int32_t region = 0;
  WallTime started_at{};
  std::optional<WallTime> finished_at{};  ///< Nothing: it is open.
  MatchEnd end = MatchEnd::kUnknown;
  std::vector<MatchSeat> seats{};
  std::int64_t version = 0;  ///< How often it was written; the store's own.
  bool is_told = false;      ///< The store's own, too: `MarkTold` sets it.

  friend bool operator==(const MatchRecord&, const MatchRecord&) = default;
};

/// Where a list of matches, newest end first, goes on.
struct MatchPosition {
  WallTime finished_at{};
  std::string id{};
};

/// Matches that are played and that were played. What returned OK survives the process, where the
/// implementation lasts at all.
/// Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be used now.
class MatchStore {
 public:
  virtual ~MatchStore() = default;

  /// Stores a new match, open or closed, as version 1 and not told. kAlreadyExists: the id is taken.
  virtual StatusOr<MatchRecord> CreateMatch(const MatchRecord& match) = 0;

  /// kNotFound: no such match.
  virtual StatusOr<MatchRecord> FindMatch(std::string_view id) = 0;

  /// The match in which somebody's place in the queue was `alias`. kNotFound: there is none.
  virtual StatusOr<MatchRecord> FindMatchByAlias(std::string_view alias) = 0;

  /// Replaces the row, seats included, but not whether it is told, and adds 1 to its version; returns it so.
  /// kAborted: `match.version` is not the stored one, so somebody else wrote in between. kNotFound: no such
  /// match.
  virtual StatusOr<MatchRecord> UpdateMatch(const MatchRecord& match) = 0;

  /// At most `limit` closed matches that the player was in, of the game (an empty one: of all games), newest
  /// end first and of those with the same end the greatest id, beginning behind `after` if that is given.
  virtual StatusOr<std::vector<MatchRecord>> ListMatches(std::string_view player_id, std::string_view game_id,
                                                         const std::optional<MatchPosition>& after,
                                                         std::size_t limit) = 0;

  /// The event log has the end of the match, whatever its version is. Again, or of a match that is gone,
  /// it does no harm.
  virtual Status MarkTold(std::string_view id) = 0;

  /// The ids of at most `limit` matches that are open or not told yet, in ascending order, beginning after
  /// `after`.
  virtual StatusOr<std::vector<std::string>> ListOpen(std::string_view after, std::size_t limit) = 0;

  /// Forgets who the player was in at most `limit` matches, adding 1 to the versions of these. True: there is
  /// more to do.
  virtual StatusOr<bool> ErasePlayer(std::string_view player_id, std::size_t limit) = 0;

  /// Forgets matches that ended `sweep.keep` ago or longer and are told. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
