#include "servers/cli/load/friend_graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace oofgg::load {
namespace {

using ::testing::ElementsAre;

bool IsMutual(const FriendGraph& graph) {
  for (User user = 0; user < graph.users(); ++user) {
    for (const User other : graph.FriendsOf(user)) {
      const auto back = graph.FriendsOf(other);
      if (!std::binary_search(back.begin(), back.end(), user)) return false;
    }
  }
  return true;
}

bool AnybodyIsTheirOwnFriend(const FriendGraph& graph) {
  for (User user = 0; user < graph.users(); ++user) {
    const auto friends = graph.FriendsOf(user);
    if (std::binary_search(friends.begin(), friends.end(), user)) return true;
  }
  return false;
}

struct RegularCase {
  User users;
  User friends;
};

TEST(FriendGraphTest, InARegularGraphAllHaveAsManyAndAllOfItIsMutual) {
  for (const RegularCase& row :
       {RegularCase{200, 10}, {201, 10}, {200, 7}, {10, 9}, {11, 10}, {2, 1}, {3, 0}}) {
    SCOPED_TRACE(std::to_string(row.users) + " users, " + std::to_string(row.friends) + " friends");
    SeededRandom random(1);
    std::vector<Watches> edges;
    AddRegular(edges, 0, row.users, row.friends, random);
    const FriendGraph graph(row.users, edges);
    for (User user = 0; user < row.users; ++user) EXPECT_EQ(graph.FriendsOf(user).size(), row.friends);
    EXPECT_TRUE(IsMutual(graph));
    EXPECT_FALSE(AnybodyIsTheirOwnFriend(graph));
  }
}

TEST(FriendGraphTest, UsersAddedLaterAreFriendsAmongThemselves) {
  SeededRandom random(1);
  std::vector<Watches> edges;
  AddRegular(edges, 0, 50, 4, random);
  AddRegular(edges, 50, 100, 4, random);
  const FriendGraph graph(150, edges);
  for (User user = 0; user < 150; ++user) {
    for (const User other : graph.FriendsOf(user)) EXPECT_EQ(user < 50, other < 50);
  }
}

TEST(FriendGraphTest, PowerLawHasItsMeanAndSomebodyFarAboveIt) {
  SeededRandom random(1);
  std::vector<Watches> edges;
  AddPowerLaw(edges, 0, 5'000, 10, random);
  const FriendGraph graph(5'000, edges);
  EXPECT_NEAR(static_cast<double>(graph.entries()) / 5'000, 10, 0.1);
  EXPECT_TRUE(IsMutual(graph));
  EXPECT_FALSE(AnybodyIsTheirOwnFriend(graph));
  EXPECT_GT(graph.FindMostWatched().followers, 100U);
  EXPECT_EQ(graph.FindMostWatched().followers, graph.longest_list()) << "it is mutual";
}

TEST(FriendGraphTest, TheSeedDecides) {
  const auto build = [](std::uint64_t seed) {
    SeededRandom random(seed);
    std::vector<Watches> edges;
    AddPowerLaw(edges, 0, 100, 4, random);
    return edges;
  };
  EXPECT_EQ(build(1), build(1));
  EXPECT_NE(build(1), build(2));
}

TEST(FriendGraphTest, ListsAreSortedAndHoldEachOnce) {
  const FriendGraph graph(4, {{0, 3}, {2, 0}, {0, 1}, {0, 3}});
  EXPECT_THAT(graph.FriendsOf(0), ElementsAre(1, 3));
  EXPECT_TRUE(graph.FriendsOf(1).empty());
  EXPECT_EQ(graph.FirstEntryOf(2), 2U);
  EXPECT_EQ(graph.entries(), 3U);
}

}  // namespace
}  // namespace oofgg::load
