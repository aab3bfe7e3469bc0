#include "matchmaking/search.h"

#include <algorithm>

#include "matchmaking/group_search.h"
#include "matchmaking/pair_search.h"

namespace oofgg::matchmaking {

std::unique_ptr<Search> MakeSearch(const RuleSet& rules) {
  if (rules.teams() == 2 && rules.players_per_team() == 1) return std::make_unique<PairSearch>(rules);
  return std::make_unique<GroupSearch>(rules);
}

bool ComesFirst(const std::vector<Waiting*>& a, const std::vector<Waiting*>& b) {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](const Waiting* x, const Waiting* y) { return MoreSenior(*x, *y); });
}

}  // namespace oofgg::matchmaking
