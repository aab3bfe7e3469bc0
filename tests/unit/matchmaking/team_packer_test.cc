#include "matchmaking/team_packer.h"

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "oofgg/random.h"
#include "tests/unit/matchmaking/brute_force.h"

namespace oofgg::matchmaking {
namespace {

using testing::Fits;
using testing::PlainRules;

std::vector<int> Parties(const PartyCounts& counts) {
  std::vector<int> parties;
  for (std::size_t size = 1; size < counts.size(); ++size) {
    parties.insert(parties.end(), static_cast<std::size_t>(counts[size]), static_cast<int>(size));
  }
  return parties;
}

// Whether some of `may`, from this size on, complete `must`.
bool SomeFit(const PlainRules& rules, PartyCounts must, const PartyCounts& may, std::size_t size = 1) {
  if (size == may.size()) return Fits(rules, Parties(must));
  for (int taken = 0; taken <= may[size]; ++taken) {
    if (SomeFit(rules, must, may, size + 1)) return true;
    ++must[size];
  }
  return false;
}

TEST(TeamPackerTest, AgreesWithTryingEverySeat) {
  SeededRandom random(7);
  for (int round = 0; round < 3000; ++round) {
    PlainRules rules;
    rules.teams = 1 + static_cast<int>(random.Below(3));
    rules.players_per_team = 1 + static_cast<int>(random.Below(5));
    const auto sizes = static_cast<std::size_t>(rules.players_per_team) + 1;
    PartyCounts must(sizes);
    PartyCounts may(sizes);
    for (std::size_t size = 1; size < sizes; ++size) {
      must[size] = static_cast<int>(random.Below(2));
      may[size] = static_cast<int>(random.Below(3));
    }
    TeamPacker packer(rules.teams, rules.players_per_team);
    ASSERT_EQ(packer.Pack(must, may), SomeFit(rules, must, may)) << "round " << round;
  }
}

TEST(TeamPackerTest, TheAnswerFillsTeamAfterTeamWithAllWhoMust) {
  TeamPacker packer(3, 5);
  ASSERT_TRUE(packer.Pack({0, 1, 0, 1, 1, 0}, {0, 3, 3, 1, 0, 0}));
  int space = 0;
  PartyCounts used(6);
  for (const int party : packer.parties()) {
    if (space == 0) space = 5;
    space -= party;
    ASSERT_GE(space, 0);
    ++used[static_cast<std::size_t>(party)];
  }
  EXPECT_EQ(space, 0);
  EXPECT_EQ(std::accumulate(packer.parties().begin(), packer.parties().end(), 0), 15);
  EXPECT_GE(used[3], 1);
  EXPECT_EQ(used[4], 1);
}

TEST(TeamPackerTest, HopelessMixturesEndInBoundedTime) {
  // Sizes that are multiples of 3 never add up to 50, however many ways there are to try.
  TeamPacker packer(2, 50);
  PartyCounts may(51);
  for (const std::size_t size : {6u, 9u, 12u, 15u, 18u, 21u}) may[size] = 8;
  EXPECT_FALSE(packer.Pack(PartyCounts(51), may));
}

}  // namespace
}  // namespace oofgg::matchmaking
