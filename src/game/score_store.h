#pragma once

#include <absl/functional/function_ref.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "game/creation_key.h"
#include "game/purge.h"
#include "game/score_period.h"
#include "game/standing.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// A score and its place in the order of all submissions, given by the store: 1, 2, 3 … The earlier of two
/// equal scores ranks first, so this is what makes ties stable.
struct ScoreRecord {
  Score score;
  std::int64_t order = 0;
};

/// What `InsertScore` is asked to keep.
struct NewScore {
  Score score;
  ScoreRule rule;
  CreationKey key;
};

/// What `InsertScore` kept, and what the player has by it in each of the periods that the score lies in, by
/// ScorePeriod. Nothing: that period's standings were purged meanwhile.
struct StoredScore {
  ScoreRecord record;
  std::array<std::optional<Standing>, kScorePeriods.size()> standings;
};

/// A player's standing and the list that it is on.
struct StandingRow {
  std::string_view game_id;
  std::string_view score_type;
  ScorePeriod period = ScorePeriod::kAllTime;
  std::chrono::sys_days period_start{};
  std::string_view player_id;
  Standing standing;
};

/// A score that counts: what its player has by it in each of the periods that it lies in, by ScorePeriod.
/// Nothing: another of their scores counts there, or those standings were purged.
struct CountedScore {
  std::string player_id{};
  std::string game_id{};
  std::string score_type{};
  std::int64_t order = 0;
  WallTime created_at{};
  std::array<std::optional<std::int64_t>, kScorePeriods.size()> values{};

  [[nodiscard]] bool counts() const {
    return std::any_of(values.begin(), values.end(), [](const auto& value) { return value.has_value(); });
  }
  friend bool operator==(const CountedScore&, const CountedScore&) = default;
};

/// What was stored, as far as it counts; nothing: on no list.
[[nodiscard]] std::optional<CountedScore> CountedBy(const StoredScore& stored);

/// What one player submitted in one game with one instance id, which is not empty.
struct InstanceSeat {
  std::string instance_id{};
  std::string player_id{};
  std::string game_id{};
};

/// How far submissions have come.
struct ScoreHorizon {
  std::int64_t order = 0;  ///< The last one given out.
  /// Whether nothing more comes to be stored under that order or a lower one.
  bool settled = true;
};

/// Scores, one row a submission, never changed. What returned OK survives the process, where the
/// implementation lasts at all.
/// Threads: safe. Errors beyond those named: kUnavailable, the engine cannot be used now.
class ScoreStore {
 public:
  virtual ~ScoreStore() = default;

  /// Stores a score durably and brings the player's standings in the periods that `created_at` lies in up to
  /// date by the rule (see AfterScore), all or nothing; or returns what the same key made before, with those
  /// standings as they are now. The rule of a score type must not change its order or what it keeps.
  /// kInvalidArgument: the key was used for a different request. kAlreadyExists: the id is taken.
  /// kNotFound: what the key made before was erased. kOutOfRange: a sum would overflow.
  virtual StatusOr<StoredScore> InsertScore(const Score& score, const ScoreRule& rule,
                                            const CreationKey& key) = 0;

  /// Stores each as `InsertScore` does, for itself; what came of each, in their order.
  virtual std::vector<StatusOr<StoredScore>> InsertScores(std::span<const NewScore> scores) {
    std::vector<StatusOr<StoredScore>> stored;
    for (const NewScore& each : scores) stored.push_back(InsertScore(each.score, each.rule, each.key));
    return stored;
  }
  /// Whether `InsertScores` costs much less than as many calls at the same time.
  [[nodiscard]] virtual bool InsertsTogether() const { return false; }

  /// At most `limit` scores of the player in the game (an empty one: in all games), newest first, of those
  /// whose order is less than `before`.
  virtual StatusOr<std::vector<ScoreRecord>> ListScores(std::string_view player_id, std::string_view game_id,
                                                        std::int64_t before, std::size_t limit) = 0;

  /// How many scores `ListScores` could list in all.
  virtual StatusOr<std::int64_t> CountScores(std::string_view player_id, std::string_view game_id) = 0;

  /// The newest score of each type that each of these seats has, of at most `limit` types a seat; in no
  /// order. Costs what it lists: how much was submitted, by the players of the seats or by others, does not
  /// matter.
  virtual StatusOr<std::vector<ScoreRecord>> ListInstanceScores(std::span<const InstanceSeat> seats,
                                                                std::size_t limit) = 0;

  /// Whether the game has ever had scores of that type, whose rule is fixed then.
  virtual StatusOr<bool> HasLists(std::string_view game_id, std::string_view score_type) = 0;

  /// The scores with these orders that exist, in no order.
  virtual StatusOr<std::vector<ScoreRecord>> FindScores(std::span<const std::int64_t> orders) = 0;

  /// The score of that order, if it is known without waiting for anything; else null.
  virtual std::shared_ptr<const ScoreRecord> ScoreAtHand(std::int64_t /*order*/) { return nullptr; }

  /// Tells every standing of the periods that are current at `now`, each once, those of one list one after
  /// the other. Stops with the first error of `visit`, which must not call back into the store; the texts
  /// that it is told end with its call.
  virtual Status VisitStandings(WallTime now, absl::FunctionRef<Status(const StandingRow&)> visit) = 0;

  /// The order that submissions have come to, at all processes on the same rows. Waits a little for those
  /// under way, so that it is settled nearly always.
  virtual StatusOr<ScoreHorizon> FindHorizon() = 0;

  /// The scores of an order behind `after`, up to `last`, that count on some list now, in that order. The
  /// range is what limits them: a thousand orders are a good one.
  virtual StatusOr<std::vector<CountedScore>> ListCounted(std::int64_t after, std::int64_t last) = 0;

  /// Forgets at most `limit` scores of the player, and with the first of them all their standings. True:
  /// there is more to do.
  virtual StatusOr<bool> EraseScores(std::string_view player_id, std::size_t limit) = 0;

  /// Forgets creation keys by age, and the standings of periods that ended before the last one did; scores
  /// stay. True: there is more to do.
  virtual StatusOr<bool> Purge(const Sweep& sweep) = 0;
};

}  // namespace oofgg::game
