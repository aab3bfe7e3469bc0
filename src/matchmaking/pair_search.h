#pragma once

#include "matchmaking/search.h"

namespace oofgg::matchmaking {

/// One against one: exact for any number of tickets.
///
/// In a pair the younger ticket consents last, so a new arrival looks no further than to its neighbours in
/// number. Only when a neighbour left does a ticket that waits for long look past younger ones; they cannot
/// be many, since tickets closer than the initial window do not wait side by side.
class PairSearch final : public Search {
 public:
  explicit PairSearch(const RuleSet& rules) : consent_(rules) {}

  void FindSoonest(Waiting& owner, TimePoint now) override;
  Proposal FindBest(Waiting& owner, TimePoint at) override;

 private:
  Consent consent_;
};

}  // namespace oofgg::matchmaking
