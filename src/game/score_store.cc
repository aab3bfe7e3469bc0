#include "game/score_store.h"

namespace oofgg::game {

std::optional<CountedScore> CountedBy(const StoredScore& stored) {
  const auto& [score, order] = stored.record;
  CountedScore counted{.player_id = score.player_id,
                       .game_id = score.game_id,
                       .score_type = score.score_type,
                       .order = order,
                       .created_at = score.created_at,
                       .values = {}};
  for (std::size_t period = 0; period < stored.standings.size(); ++period) {
    const auto& standing = stored.standings[period];
    if (standing.has_value() && standing->order == order) counted.values[period] = standing->value;
  }
  return counted.counts() ? std::optional(std::move(counted)) : std::nullopt;
}

}  // namespace oofgg::game
