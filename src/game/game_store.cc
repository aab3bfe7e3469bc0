#include "game/game_store.h"

#include <algorithm>
#include <cmath>

namespace oofgg::game {

double AddHeat(double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); }

}  // namespace oofgg::game
