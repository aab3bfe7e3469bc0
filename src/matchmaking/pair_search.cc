#include "matchmaking/pair_search.h"

#include <iterator>

namespace oofgg::matchmaking {
namespace {

// Visits the other solo tickets of the bucket from `owner` outwards, upwards and then downwards. `visit`
// takes a ticket and its difference, and returns false to end that side.
template <typename Visit>
void VisitOutwards(const Waiting& owner, Visit visit) {
  const NumberIndex& index = owner.bucket->by_players.front();
  const auto self = index.find(ByNumber(const_cast<Waiting&>(owner)));
  for (auto it = std::next(self); it != index.end(); ++it) {
    if (!visit(*it->ticket, it->number - owner.number)) break;
  }
  for (auto it = self; it != index.begin();) {
    --it;
    if (!visit(*it->ticket, owner.number - it->number)) break;
  }
}

}  // namespace

void PairSearch::FindSoonest(Waiting& owner, TimePoint now) {
  owner.soonest = kNever;
  Waiting* partner = nullptr;
  VisitOutwards(owner, [&](Waiting& other, double difference) {
    if (std::max(consent_.AcceptsAt(owner, difference), now) >= owner.soonest) return false;
    const TimePoint mutual = std::max(consent_.MutualAt(owner, other), now);
    if (mutual < owner.soonest) {
      owner.soonest = mutual;
      partner = &other;
    }
    return true;
  });
  owner.soonest_members.clear();
  if (partner != nullptr) owner.soonest_members.push_back({partner, partner->arrival});
}

Proposal PairSearch::FindBest(Waiting& owner, TimePoint at) {
  Waiting* partner = nullptr;
  VisitOutwards(owner, [&](Waiting& other, double difference) {
    if (consent_.AcceptsAt(owner, difference) > at) return false;
    if (consent_.AcceptsAt(other, difference) > at) return true;
    if (partner == nullptr || MoreSenior(other, *partner)) partner = &other;
    return true;
  });
  if (partner == nullptr) return {};
  if (MoreSenior(owner, *partner)) return {{&owner, partner}, {1, 1}};
  return {{partner, &owner}, {1, 1}};
}

}  // namespace oofgg::matchmaking
