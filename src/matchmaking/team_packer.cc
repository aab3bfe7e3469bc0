#include "matchmaking/team_packer.h"

#include <algorithm>
#include <cstddef>

namespace oofgg::matchmaking {

int PlayersIn(const PartyCounts& counts) {
  int players = 0;
  for (std::size_t size = 1; size < counts.size(); ++size) players += static_cast<int>(size) * counts[size];
  return players;
}

TeamPacker::TeamPacker(int teams, int players_per_team)
    : teams_(teams), players_per_team_(players_per_team) {}

bool TeamPacker::Pack(const PartyCounts& must, const PartyCounts& may) {
  must_players_ = PlayersIn(must);
  const int players = teams_ * players_per_team_;
  if (must_players_ > players || must_players_ + PlayersIn(may) < players) return false;
  must_ = must;
  may_ = may;
  parties_.clear();
  steps_ = 0;
  return Fill(teams_, /*space=*/0, players_per_team_);
}

// Fills the `space` left in the current team with parties of at most `largest` players, and then
// `teams_left` further teams. Parties go into a team the largest first, and the team with the largest first
// party comes first, so that no arrangement is tried twice under another order.
bool TeamPacker::Fill(int teams_left, int space, int largest) {
  if (must_players_ > space + teams_left * players_per_team_) return false;
  const bool opens_team = space == 0;
  if (opens_team) {
    if (teams_left == 0) return true;
    --teams_left;
    space = players_per_team_;
  }
  for (int party = std::min(space, largest); party >= 1; --party) {
    if (++steps_ > kMaxSteps) return false;
    if (Place(party, teams_left, space, opens_team)) return true;
  }
  return false;
}

// Tries a party of this size as the next one. Parties of a size are alike, so one that must play goes first.
bool TeamPacker::Place(int party, int teams_left, int space, bool opens_team) {
  const auto size = static_cast<std::size_t>(party);
  const bool takes_must = must_[size] > 0;
  int& left = takes_must ? must_[size] : may_[size];
  if (left == 0) return false;

  const int outer_largest = team_largest_;
  if (opens_team) team_largest_ = party;
  --left;
  must_players_ -= takes_must ? party : 0;
  parties_.push_back(party);

  const bool team_is_full = space == party;
  if (Fill(teams_left, space - party, team_is_full ? team_largest_ : party)) return true;

  parties_.pop_back();
  must_players_ += takes_must ? party : 0;
  ++left;
  team_largest_ = outer_largest;
  return false;
}

}  // namespace oofgg::matchmaking
