#pragma once

#include <memory>
#include <vector>

#include "matchmaking/waiting.h"

namespace oofgg::matchmaking {

/// A match that the rules allow.
struct Proposal {
  std::vector<Waiting*> tickets;  // The most senior first.
  std::vector<int> parties;       // Sizes of the parties, team after team; see `TeamPacker`.
};

/// Looks for matches around one ticket. How far it looks is for an implementation to promise; what it
/// returns always obeys the rules. Both methods must see the same tickets, so that what `FindSoonest` says
/// of an instant is found by `FindBest` when it comes.
class Search {
 public:
  virtual ~Search() = default;

  /// Sets `owner.soonest` and its members: the earliest match that holds `owner`, at `now` or later.
  virtual void FindSoonest(Waiting& owner, TimePoint now) = 0;

  /// Of the matches that hold `owner` and are allowed at `at`, the one that comes first by seniority; no
  /// tickets if there is none.
  virtual Proposal FindBest(Waiting& owner, TimePoint at) = 0;
};

/// `rules` must outlive it.
[[nodiscard]] std::unique_ptr<Search> MakeSearch(const RuleSet& rules);

/// Whether `a` is to be preferred to `b`; both are in order of seniority.
[[nodiscard]] bool ComesFirst(const std::vector<Waiting*>& a, const std::vector<Waiting*>& b);

}  // namespace oofgg::matchmaking
