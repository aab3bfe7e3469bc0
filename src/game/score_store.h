#pragma once

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// A score and its place in the order of all submissions, given by the store: 1, 2, 3 … The earlier of two
/// equal scores ranks first, so this is what makes ties stable.
struct ScoreRecord {
  Score score;
  std::int64_t order = 0;
};

/// A player's best score in one list, as much of it as a leaderboard needs.
struct BestScore {
  std::string_view game_id;
  std::string_view score_type;
  std::string_view player_id;
  std::int64_t value = 0;
  std::int64_t order = 0;
  WallTime created_at{};
};

/// Scores, one row a submission, never changed. What returned OK survives the process, where the
/// implementation lasts at all.
/// Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be used now.
class ScoreStore {
 public:
  virtual ~ScoreStore() = default;

  /// Stores a score durably, or returns the one that the same key made before.
  /// kInvalidArgument: the key was used for a different request. kAlreadyExists: the id is taken.
  /// kNotFound: what the key made before was erased.
  virtual StatusOr<ScoreRecord> InsertScore(const Score& score, const CreationKey& key) = 0;

  /// At most `limit` scores of the player in the game (an empty one: in all games), newest first, of those
  /// whose order is less than `before`.
  virtual StatusOr<std::vector<ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                        std::int64_t before, std::size_t limit) = 0;

  /// How many scores `ListScores` could list in all.
  virtual StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) = 0;

  /// The scores with these orders that exist, in no order.
  virtual StatusOr<std::vector<ScoreRecord>> FindScores(std::span<const std::int64_t> orders) = 0;

  /// Tells every player's best score of every game and type, each once: the highest, of equals the earliest.
  /// Stops with the first error of `visit`, which must not call back into the store.
  virtual Status VisitBest(absl::FunctionRef<Status(const BestScore&)> visit) = 0;

  /// Forgets at most `limit` scores of the player, and with the first of them what `VisitBest` tells of them.
  /// True: there is more to do.
  virtual StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) = 0;

  /// Forgets creation keys by age; scores stay. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
