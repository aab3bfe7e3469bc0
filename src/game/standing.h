#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "game/score_period.h"
#include "oofgg/clock.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// What a player has on one list: what counts of their scores in one period.
struct Standing {
  std::int64_t value = 0;
  std::int64_t order = 0;  ///< Of the score that gave the place: of equal values the lower ranks first.
  WallTime created_at{};   ///< That score's.

  friend bool operator==(const Standing&, const Standing&) = default;
};

/// What a player who had `had` (nothing: no score in the period yet) has after a score, under the rule.
/// kBest: the better by the rule's order, of equals the earlier. kLast: the score of the higher order. kSum:
/// the sum, placed by its last score. `had` itself, if the score changes nothing. kOutOfRange: the sum would
/// leave 64 bits; keep nothing of the score then.
[[nodiscard]] StatusOr<Standing> AfterScore(const std::optional<Standing>& had, const Standing& score,
                                            const ScoreRule& rule);

/// The rule that a game names for a score type; nothing: it names none, so the default one counts.
[[nodiscard]] std::optional<ScoreRule> NamedRule(const ScoreRules& rules, std::string_view score_type);

}  // namespace oofgg::game
