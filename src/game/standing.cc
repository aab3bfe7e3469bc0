#include "game/standing.h"

#include <limits>
#include <string>

namespace oofgg::game {
namespace {

bool SumFits(std::int64_t a, std::int64_t b) {
  using Limits = std::numeric_limits<std::int64_t>;
  return b >= 0 ? a <= Limits::max() - b : a >= Limits::min() - b;
}

}  // namespace

StatusOr<Standing> AfterScore(const std::optional<Standing>& had, const Standing& score,
                              const ScoreRule& rule) {
  if (!had.has_value()) return score;
  switch (rule.keep) {
    case ScoreKeep::kBest: {
      const bool better =
          rule.order == ScoreOrder::kAscending ? score.value < had->value : score.value > had->value;
      return better ? score : *had;
    }
    case ScoreKeep::kLast:
      return score.order > had->order ? score : *had;
    case ScoreKeep::kSum:
      break;
  }
  if (!SumFits(had->value, score.value)) {
    return MakeStatus(StatusCode::kOutOfRange,
                      "the sum of the player's scores, " + std::to_string(had->value) + ", plus " +
                          std::to_string(score.value) + " would leave 64 bits; submit smaller values");
  }
  return Standing{had->value + score.value, score.order, score.created_at};
}

std::optional<ScoreRule> NamedRule(const ScoreRules& rules, std::string_view score_type) {
  const auto found = rules.find(score_type);
  return found == rules.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace oofgg::game
