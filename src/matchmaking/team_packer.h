#pragma once

#include <vector>

namespace oofgg::matchmaking {

/// How many parties there are of each size: `[n]` of `n` players. `[0]` is not used.
using PartyCounts = std::vector<int>;

/// Decides whether parties fill all teams of a match exactly, none split between teams.
///
/// That is bin packing, which is hard in general and easy for matches as people play them: the search gives
/// up after `kMaxSteps` and then counts the parties as unfit.
class TeamPacker {
 public:
  static constexpr int kMaxSteps = 10'000;

  TeamPacker(int teams, int players_per_team);

  /// Whether all of `must` and some of `may` fill the teams. If so, `parties()` tells how.
  bool Pack(const PartyCounts& must, const PartyCounts& may);

  /// After a successful `Pack`: the sizes of the parties team after team, each team's adding up to
  /// `players_per_team`.
  [[nodiscard]] const std::vector<int>& parties() const { return parties_; }

 private:
  bool Fill(int teams_left, int space, int largest);
  bool Place(int party, int teams_left, int space, bool opens_team);

  const int teams_;
  const int players_per_team_;
  PartyCounts must_;
  PartyCounts may_;
  int must_players_ = 0;  // Of `must_`, still to be placed.
  int steps_ = 0;
  int team_largest_ = 0;  // The first party of the team being filled.
  std::vector<int> parties_;
};

/// The number of players in all parties together.
[[nodiscard]] int PlayersIn(const PartyCounts& counts);

}  // namespace oofgg::matchmaking
