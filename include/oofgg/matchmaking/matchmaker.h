#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/matchmaking/rule_set.h"
#include "oofgg/status.h"

namespace oofgg {

/// A party that waits for a match. It plays in one team.
struct MatchTicket {
  std::string id;                                   ///< Not empty; unique among those waiting.
  int players = 1;                                  ///< 1 to `players_per_team`.
  std::map<std::string, double> numbers = {};       ///< What the rules' windows ask for; -1e9 to 1e9.
  std::map<std::string, std::string> strings = {};  ///< What the rules' equalities ask for.
  /// Since when it waits; nothing: since it is added. A ticket that returns keeps its earlier moment.
  std::optional<TimePoint> waiting_since = std::nullopt;
};

struct Match {
  TimePoint at;                                 ///< The instant at which the rules first allowed it.
  std::vector<std::vector<std::string>> teams;  ///< Ids of tickets, by team.
};

/// Makes matches of waiting tickets by one rule set, the moment the rules allow them.
///
/// Two tickets are compatible from the instant at which both have waited long enough to accept the
/// difference between them (`NumericWindow::WaitFor`) and if the strings that must be equal are. A *set* of
/// tickets is a match if all pairs in it are compatible and its parties fill all teams exactly, none split.
///
/// What is promised:
/// - Sound: every match obeys the rules, and no ticket is in two.
/// - Exact: when a set becomes a match at some instant, a match is made at that instant; of several, the one
///   whose tickets come first by (waiting since, id), compared one after the other from the most senior on;
///   and so again until the tickets left hold no match. The instants are computed: no ticket is looked at
///   because time passed, and `Advance` in one stride gives what many small ones give.
///   This holds for any number of tickets waiting with matches of 1 against 1, and with rules without a
///   window. With larger teams under a window it holds while at most 128 tickets on either side of an
///   arriving one, in number, are in its reach (equal strings, difference within `maximum`; of the tickets
///   that share number and party size only the most senior that fit into one match count). Beyond that the
///   nearest of each party size are considered, so that one arrival has a bounded cost; a set that is then
///   missed is found when the next ticket arrives in its reach. Composing the teams has a bound, too
///   (10,000 steps), which mixtures of many party sizes may reach in matches of 20 players and more.
/// - Deterministic: the same calls give the same matches, whatever the platform's hashing.
///
/// Cost: a 1 against 1 arrival is O(log n) among n waiting; otherwise it follows the tickets in reach.
/// Threads: none of its own; one caller at a time. No clock: the caller says what time it is.
class Matchmaker {
 public:
  explicit Matchmaker(RuleSet rules);
  ~Matchmaker();
  Matchmaker(Matchmaker&&) noexcept;
  Matchmaker& operator=(Matchmaker&&) noexcept;

  /// First does what `Advance(now)` does, then adds the ticket. Returns all matches made, in order, the
  /// ticket's own being the last if it found one. Errors, upon which nothing has happened:
  /// kInvalidArgument for a ticket that the rules cannot judge (the field is named as in
  /// `CreateTicketRequest`), kAlreadyExists if its id waits already.
  [[nodiscard]] StatusOr<std::vector<Match>> AddTicket(const MatchTicket& ticket, TimePoint now);

  /// Takes a waiting ticket out; false if it is not waiting. Call `Advance` before, or a match due by now
  /// may miss it.
  bool RemoveTicket(std::string_view id);

  /// Makes the matches due by `now`, in order. Time does not run backwards: an earlier `now` counts as the
  /// latest one.
  [[nodiscard]] std::vector<Match> Advance(TimePoint now);

  /// The instant of the next match if nothing is added or removed before; nothing if there will be none.
  [[nodiscard]] std::optional<TimePoint> NextEvent() const;

  [[nodiscard]] const RuleSet& rules() const;
  /// How many tickets wait.
  [[nodiscard]] std::size_t waiting() const;

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace oofgg
