#include "game/trends.h"

#include <cmath>
#include <numbers>
#include <utility>

namespace oofgg::game {
namespace {

double HeatOf(std::size_t joins, WallTime when) {
  const double half_lives = std::chrono::duration<double>(when.time_since_epoch()) /
                            std::chrono::duration<double>(Trends::kHalfLife);
  return half_lives * std::numbers::ln2 + std::log(static_cast<double>(joins));
}

}  // namespace

void Trends::Note(std::string_view game_id, std::size_t joins) {
  if (joins == 0) return;
  const double heat = HeatOf(joins, clock_.WallNow());
  const std::lock_guard lock(mutex_);
  const auto [at, fresh] = gathered_.try_emplace(std::string(game_id), heat);
  if (!fresh) at->second = AddHeat(at->second, heat);
}

Status Trends::Flush() {
  std::vector<GameTrend> trends;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [game_id, heat] : std::exchange(gathered_, {})) trends.push_back({game_id, heat});
  }
  if (trends.empty()) return {};
  // Not again after an error, which may have come behind the commit: rather a few joins too few than too
  // many.
  return games_.AddTrends(trends);
}

StatusOr<std::vector<TrendingGame>> Trends::List(const std::optional<GameTrend>& after, std::size_t limit) {
  OOFGG_RETURN_IF_ERROR(Flush());
  return games_.ListTrending(after, limit);
}

}  // namespace oofgg::game
