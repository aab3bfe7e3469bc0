#pragma once

#include <cstddef>
#include <vector>

#include "matchmaking/waiting.h"

namespace oofgg::matchmaking {

/// Collects the tickets with which a given one might be matched, now or later, so that a search costs what
/// they cost and not what the pool does.
///
/// Tickets that share number and party size differ only in seniority, and a more senior one is accepted no
/// later and preferred: as many as fit into one match stand for all of them. Nothing is lost by that.
class Reach {
 public:
  /// On either side in number, of all party sizes together.
  static constexpr std::size_t kMaxASide = 128;

  /// `rules` must outlive it.
  explicit Reach(const RuleSet& rules) : rules_(rules), consent_(rules) {}

  /// Fills `field` with the tickets in reach, `owner` included, in the order of their number. If there are
  /// more than `kMaxASide` on a side, these are the nearest of each party size, and then the nearest.
  void Collect(Waiting& owner, std::vector<Waiting*>& field);

 private:
  struct Neighbour {
    double difference;
    Waiting* ticket;
  };

  void CollectLevel(const Waiting& owner, const NumberIndex& index, std::size_t limit,
                    std::vector<Waiting*>& field) const;
  void CollectAbove(const Waiting& owner, const NumberIndex& index, std::size_t limit);
  void CollectBelow(const Waiting& owner, const NumberIndex& index, std::size_t limit);
  bool InReach(const Waiting& owner, double difference) const;
  void KeepNearest(std::vector<Waiting*>& field);

  const RuleSet& rules_;
  Consent consent_;
  std::vector<Neighbour> side_;
};

}  // namespace oofgg::matchmaking
