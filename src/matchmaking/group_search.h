#pragma once

#include <cstddef>
#include <vector>

#include "matchmaking/reach.h"
#include "matchmaking/search.h"
#include "matchmaking/team_packer.h"

namespace oofgg::matchmaking {

/// Matches of any shape, exact over the tickets that `Reach` collects.
///
/// Numbers lie on a line, so a set of tickets is held together by its two ends: whoever accepts both the
/// lowest and the highest number of the set accepts everyone between them. It is therefore enough to go
/// through the pairs of ends around the owner, and for each to ask which tickets between have accepted both
/// by when, and whether their parties fill the teams. No subsets are enumerated.
class GroupSearch final : public Search {
 public:
  /// `rules` must outlive it.
  explicit GroupSearch(const RuleSet& rules);

  void FindSoonest(Waiting& owner, TimePoint now) override;
  Proposal FindBest(Waiting& owner, TimePoint at) override;

 private:
  // Two ends. Without a window nobody minds the ends: then there is one span, and they need not play.
  struct Span {
    std::size_t low;
    std::size_t high;
  };
  // A ticket of a span that need not play in it, and when it has accepted the ends.
  struct Joining {
    TimePoint at;
    Waiting* ticket;
  };

  void LookAround(Waiting& owner);
  /// Calls `visit` for each span whose ends and owner accept each other by `limit_`, until it returns false.
  template <typename Visit>
  void VisitSpans(Visit visit);
  /// Collects who plays in a span by `limit_`; false if they are too few players.
  bool Populate(Span span);
  TimePoint EndsMeetAt(Span span);
  bool MustPlay(std::size_t i, Span span) const;
  bool PackFirst(std::size_t count);
  void Improve(Waiting& owner, TimePoint floor);
  Proposal MostSenior();

  bool TooFew(Span span) const;
  const TimePoint* MutualRow(std::size_t i);
  double Difference(std::size_t i, std::size_t j) const;

  const RuleSet& rules_;
  Consent consent_;
  Reach reach_;
  TeamPacker packer_;

  // Scratch of one search.
  std::vector<Waiting*> field_;
  std::size_t self_ = 0;
  std::vector<int> players_before_;  // In field_[0..i).
  std::vector<TimePoint> mutual_;    // A matrix of which rows are filled when asked for.
  std::vector<char> row_known_;
  TimePoint limit_ = kNever;
  std::vector<Waiting*> must_play_;
  std::vector<Joining> may_play_;
  PartyCounts must_;
  PartyCounts may_;
};

}  // namespace oofgg::matchmaking
