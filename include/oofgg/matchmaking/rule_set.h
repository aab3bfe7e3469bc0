#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg {

/// How far apart two tickets may be in one number, and how that grows while they wait. A ticket that has
/// waited `w` seconds accepts a difference of `min(maximum, initial + widen_per_second * w)`.
struct NumericWindow {
  std::string attribute;                ///< Which of a ticket's numbers.
  double initial = 0;                   ///< Accepted from the start; 0 to 1e9.
  double widen_per_second = 0;          ///< 0: the window never widens.
  double maximum = 0;                   ///< Never accepted beyond; at least `initial`.
  std::optional<double> default_value;  ///< For tickets without the number; without it they are refused.

  /// How long a ticket must have waited to accept `difference`; `Duration::max()` if it never will. Whole
  /// nanoseconds, rounded up, and never shorter for a larger difference: this is what "accepts" means to
  /// the engine, so that an instant computed from it is exact.
  [[nodiscard]] Duration WaitFor(double difference) const;
};

/// What makes a match, as data: a designer writes it, the server loads it (docs/matchmaking.md).
///
///     {"version": 1, "name": "duel", "teams": 2, "players_per_team": 1, "equal": ["mode"],
///      "windows": [{"attribute": "skill", "initial": 50, "widen_per_second": 10, "maximum": 500}]}
///
/// A `RuleSet` is always valid: the only way to one is `Parse`. Threads: immutable, hence safe.
class RuleSet {
 public:
  static constexpr int kVersion = 1;
  static constexpr std::size_t kMaxBytes = std::size_t{64} * 1024;
  static constexpr int kMaxPlayers = 100;        ///< Of all teams together.
  static constexpr double kLargestNumber = 1e9;  ///< Of tickets and windows, with either sign.
  static constexpr std::size_t kMaxEqual = 8;
  static constexpr std::size_t kMaxWindows = 1;  ///< In version 1.

  /// Reads a rule set. kInvalidArgument names the member at fault (`windows[0].maximum`), its line, what is
  /// wrong and what would be right. Unknown members and duplicate keys are faults.
  [[nodiscard]] static StatusOr<RuleSet> Parse(std::string_view json);

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] int teams() const { return teams_; }
  [[nodiscard]] int players_per_team() const { return players_per_team_; }
  [[nodiscard]] int players_per_match() const { return teams_ * players_per_team_; }
  /// Differences that may not be exceeded, between any two tickets of a match.
  [[nodiscard]] const std::vector<NumericWindow>& windows() const { return windows_; }
  /// Strings that all tickets of a match have in common.
  [[nodiscard]] const std::vector<std::string>& equal() const { return equal_; }

 private:
  friend class RuleSetReader;
  RuleSet() = default;

  std::string name_;
  int teams_ = 0;
  int players_per_team_ = 0;
  std::vector<NumericWindow> windows_;
  std::vector<std::string> equal_;
};

/// True for 1 to 64 characters of [A-Za-z0-9_.-]: the names of rule sets, attributes and games.
[[nodiscard]] bool IsMatchmakingName(std::string_view name);

/// True for a finite number from -1e9 to 1e9: what a ticket may have.
[[nodiscard]] bool IsMatchmakingNumber(double number);

}  // namespace oofgg
