#include "orchestration/fleet_config.h"

#include <algorithm>

namespace oofgg::orchestration {
namespace {

bool Has(const std::vector<std::string>& list, std::string_view name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
}

int Says(const FleetServes& serves) {
  return (serves.games.empty() ? 0 : 1) + (serves.modes.empty() ? 0 : 1) + (serves.regions.empty() ? 0 : 1);
}

bool Fits(const FleetServes& serves, const FleetWish& wish) {
  return Has(serves.games, wish.game) && Has(serves.modes, wish.mode) && Has(serves.regions, wish.region);
}

}  // namespace

const FleetConfig* ChooseFleet(const std::vector<FleetConfig>& fleets, const FleetWish& wish) {
  const FleetConfig* chosen = nullptr;
  int most = 0;
  for (const FleetConfig& fleet : fleets) {
    const int says = Says(fleet.serves);
    if (says <= most || !Fits(fleet.serves, wish)) continue;
    chosen = &fleet;
    most = says;
  }
  if (chosen != nullptr) return chosen;
  const auto found = std::find_if(fleets.begin(), fleets.end(), [](const FleetConfig& fleet) {
    return fleet.options.name == kDefaultFleet && !fleet.options.closes;
  });
  return found == fleets.end() ? nullptr : &*found;
}

}  // namespace oofgg::orchestration
