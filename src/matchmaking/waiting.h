#pragma once

#include <absl/container/btree_set.h>

#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/matchmaking/rule_set.h"

namespace oofgg::matchmaking {

struct Bucket;
struct Waiting;

/// A ticket that may be gone by the time it is looked at again: slots are reused, arrivals are not.
struct WaitingRef {
  Waiting* ticket = nullptr;
  std::uint64_t arrival = 0;

  [[nodiscard]] bool Alive() const;
};

/// What the engine keeps of a ticket. Lives in a slot that outlasts it.
struct Waiting {
  std::string id;
  TimePoint since{};
  double number = 0;  // Of the rules' window; 0 without one.
  int players = 0;
  std::uint64_t arrival = 0;  // 1, 2, 3 …; 0 marks a free slot.
  Bucket* bucket = nullptr;

  // The earliest match that holds this ticket and only tickets that were there when it was looked for:
  // its instant (kNever: none) and its members. Once a member is gone, no more than a lower bound.
  TimePoint soonest = kNever;
  std::vector<WaitingRef> soonest_members;
};

inline bool WaitingRef::Alive() const { return ticket->arrival == arrival; }

/// The order in which tickets are preferred.
inline bool MoreSenior(const Waiting& a, const Waiting& b) {
  return std::tie(a.since, a.id) < std::tie(b.since, b.id);
}

/// Tickets in the order of their number, equal ones by seniority.
struct ByNumber {
  double number = 0;
  TimePoint since{};
  Waiting* ticket = nullptr;  // Null in a bound, see `FirstOf`.

  explicit ByNumber(Waiting& waiting) : number(waiting.number), since(waiting.since), ticket(&waiting) {}
  /// Sorts before all tickets with this number.
  static ByNumber FirstOf(double number) { return ByNumber(number); }

  friend bool operator<(const ByNumber& a, const ByNumber& b) {
    if (a.number != b.number) return a.number < b.number;
    if (a.since != b.since) return a.since < b.since;
    if (a.ticket == nullptr || b.ticket == nullptr) return a.ticket == nullptr && b.ticket != nullptr;
    return a.ticket->id < b.ticket->id;
  }

 private:
  explicit ByNumber(double bound) : number(bound), since(TimePoint::min()) {}
};

using NumberIndex = absl::btree_set<ByNumber>;

/// The tickets that agree in every string that must be equal.
struct Bucket {
  std::string key;
  std::vector<NumberIndex> by_players;  // [n - 1]: the parties of n.
};

/// Who accepts whom, and from when on.
class Consent {
 public:
  explicit Consent(const RuleSet& rules)
      : window_(rules.windows().empty() ? nullptr : &rules.windows().front()) {}

  /// Whether differences matter at all.
  [[nodiscard]] bool HasWindow() const { return window_ != nullptr; }

  /// From when on `ticket` accepts a difference; kNever if it will not.
  [[nodiscard]] TimePoint AcceptsAt(const Waiting& ticket, double difference) const {
    return window_ == nullptr ? ticket.since : DeadlineAfter(ticket.since, window_->WaitFor(difference));
  }

  /// From when on both accept each other.
  [[nodiscard]] TimePoint MutualAt(const Waiting& a, const Waiting& b) const {
    const double difference = a.number < b.number ? b.number - a.number : a.number - b.number;
    return std::max(AcceptsAt(a, difference), AcceptsAt(b, difference));
  }

 private:
  const NumericWindow* window_;
};

}  // namespace oofgg::matchmaking
