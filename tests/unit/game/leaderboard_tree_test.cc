#include "game/leaderboard_tree.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "oofgg/random.h"

namespace oofgg::game {
namespace {

using Entry = LeaderboardTree::Entry;

// The same in the plainest way there is.
class Model {
 public:
  explicit Model(LeaderboardKeep keep) : keep_(keep) {}

  bool Submit(const Entry& entry) {
    const auto had = entries_.find(entry.member);
    if (had != entries_.end()) {
      const bool wins = keep_ == LeaderboardKeep::kBest ? Place(entry) < Place(had->second)
                                                        : entry.order > had->second.order;
      if (!wins) return false;
    }
    Remove(entry.member);
    entries_[entry.member] = entry;
    order_.insert(Place(entry));
    return true;
  }
  bool Remove(std::uint32_t member) {
    const auto had = entries_.find(member);
    if (had == entries_.end()) return false;
    order_.erase(Place(had->second));
    entries_.erase(had);
    return true;
  }
  std::vector<Entry> All() const {
    std::vector<Entry> all;
    for (const auto& [minus_value, order, member] : order_) all.push_back(entries_.at(member));
    return all;
  }

 private:
  static std::tuple<std::int64_t, std::int64_t, std::uint32_t> Place(const Entry& entry) {
    return {-entry.value, entry.order, entry.member};
  }
  const LeaderboardKeep keep_;
  std::map<std::uint32_t, Entry> entries_;
  std::set<std::tuple<std::int64_t, std::int64_t, std::uint32_t>> order_;
};

void ExpectSame(const LeaderboardTree& tree, const Model& model) {
  const std::vector<Entry> all = model.All();
  ASSERT_EQ(tree.size(), all.size());
  ASSERT_EQ(tree.Page(0, all.size() + 1), all);
  for (std::size_t rank = 0; rank < all.size(); ++rank) {
    ASSERT_EQ(tree.RankOf(all[rank].member), rank);
    ASSERT_EQ(tree.Find(all[rank].member), all[rank]);
    ASSERT_EQ(tree.CountUpTo(all[rank].value, all[rank].order), rank + 1);
    ASSERT_EQ(tree.CountUpTo(all[rank].value, all[rank].order - 1), rank);  // Orders are all different.
  }
  for (const std::size_t first : {all.size() / 3, all.size() / 2, all.size() - all.size() / 5}) {
    const std::vector<Entry> page = tree.Page(first, 37);
    ASSERT_EQ(page.size(), std::min<std::size_t>(37, all.size() - first));
    ASSERT_TRUE(std::equal(page.begin(), page.end(), all.begin() + static_cast<std::ptrdiff_t>(first)));
  }
}

struct Mix {
  const char* name;
  std::uint32_t members;
  std::uint64_t values;       // Fewer of them, more ties.
  std::uint64_t removals[2];  // In percent, in turns, so that the tree grows and shrinks.
};

class LeaderboardTreeTest : public ::testing::TestWithParam<std::tuple<Mix, LeaderboardKeep, std::uint64_t>> {
};

TEST_P(LeaderboardTreeTest, DoesWhatTheModelDoes) {
  const auto& [mix, keep, seed] = GetParam();
  SeededRandom random(seed);
  LeaderboardTree tree(keep);
  Model model(keep);
  std::int64_t order = 0;
  for (int step = 0; step < 40'000; ++step) {
    const auto member = static_cast<std::uint32_t>(random.Below(mix.members));
    if (random.Below(100) < mix.removals[step / 10'000 % 2]) {
      ASSERT_EQ(tree.Remove(member), model.Remove(member));
    } else {
      const auto value = static_cast<std::int64_t>(random.Below(mix.values)) - 50;
      const Entry entry{member, value, ++order};
      ASSERT_EQ(tree.Submit(entry), model.Submit(entry));
    }
    if (step % 8'000 == 0) {
      ASSERT_NO_FATAL_FAILURE(ExpectSame(tree, model));
    }
  }
  ASSERT_NO_FATAL_FAILURE(ExpectSame(tree, model));
  for (std::uint32_t member = 0; member < mix.members; ++member) {
    ASSERT_EQ(tree.Remove(member), model.Remove(member));
  }
  EXPECT_EQ(tree.size(), 0u);
  EXPECT_TRUE(tree.Page(0, 10).empty());
  EXPECT_TRUE(tree.Submit({1, 1, 1}));
  EXPECT_EQ(tree.RankOf(1), 0u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, LeaderboardTreeTest,
                         ::testing::Combine(::testing::Values(Mix{"Few", 100, 1'000, {5, 50}},
                                                              Mix{"Many", 20'000, 1'000'000, {1, 90}},
                                                              Mix{"Ties", 20'000, 10, {1, 80}}),
                                            ::testing::Values(LeaderboardKeep::kBest,
                                                              LeaderboardKeep::kNewest),
                                            ::testing::Values(1, 2)),
                         [](const auto& test) {
                           const bool best = std::get<1>(test.param) == LeaderboardKeep::kBest;
                           return std::string(std::get<0>(test.param).name) + (best ? "Best" : "Newest") +
                                  std::to_string(std::get<2>(test.param));
                         });

TEST(LeaderboardTreeTest, KeepsTheBetterOfAMembersScoresInWhateverOrderTheyCome) {
  LeaderboardTree tree;
  EXPECT_TRUE(tree.Submit({7, 10, 5}));
  EXPECT_FALSE(tree.Submit({7, 9, 1}));
  EXPECT_FALSE(tree.Submit({7, 10, 6}));
  EXPECT_FALSE(tree.Submit({7, 10, 5}));
  EXPECT_TRUE(tree.Submit({7, 10, 4}));
  EXPECT_TRUE(tree.Submit({7, 11, 9}));
  EXPECT_EQ(tree.Find(7), (Entry{7, 11, 9}));
  EXPECT_EQ(tree.size(), 1u);
}

TEST(LeaderboardTreeTest, KeepsTheNewestInWhateverOrderTheyCome) {
  LeaderboardTree tree(LeaderboardKeep::kNewest);
  EXPECT_TRUE(tree.Submit({7, 10, 5}));
  EXPECT_FALSE(tree.Submit({7, 20, 4}));
  EXPECT_FALSE(tree.Submit({7, 10, 5}));
  EXPECT_TRUE(tree.Submit({7, -1, 6}));
  EXPECT_EQ(tree.Find(7), (Entry{7, -1, 6}));
}

TEST(LeaderboardTreeTest, OfEqualScoresTheEarlierRanksFirst) {
  LeaderboardTree tree;
  tree.Submit({1, 5, 30});
  tree.Submit({2, 5, 10});
  tree.Submit({3, 5, 20});
  EXPECT_EQ(tree.RankOf(2), 0u);
  EXPECT_EQ(tree.RankOf(3), 1u);
  EXPECT_EQ(tree.RankOf(1), 2u);
}

TEST(LeaderboardTreeTest, TakesTheExtremes) {
  LeaderboardTree tree;
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  tree.Submit({1, kLeast, kMost});
  tree.Submit({2, kMost, 1});
  tree.Submit({3, kLeast, 1});
  tree.Submit({std::numeric_limits<std::uint32_t>::max(), 0, 2});
  EXPECT_EQ(tree.Page(0, 4),
            (std::vector<Entry>{{2, kMost, 1}, {0xffffffff, 0, 2}, {3, kLeast, 1}, {1, kLeast, kMost}}));
  EXPECT_EQ(tree.CountUpTo(kLeast, kMost), 4u);
  EXPECT_EQ(tree.CountUpTo(kMost, 0), 0u);
}

TEST(LeaderboardTreeTest, EmptyBoardsAnswer) {
  LeaderboardTree tree;
  EXPECT_EQ(tree.RankOf(1), std::nullopt);
  EXPECT_EQ(tree.Find(1), std::nullopt);
  EXPECT_FALSE(tree.Remove(1));
  EXPECT_EQ(tree.CountUpTo(0, 0), 0u);
  EXPECT_TRUE(tree.Page(0, 100).empty());
}

TEST(LeaderboardTreeTest, GivesMemoryBackToUseWhenItShrinks) {
  LeaderboardTree tree;
  std::int64_t order = 0;
  for (std::uint32_t member = 0; member < 10'000; ++member) tree.Submit({member, member, ++order});
  const std::size_t full = tree.MemoryUsage();
  // Everybody climbs to the top many times over: what they left behind must not stay behind.
  for (std::int64_t round = 1; round <= 10; ++round) {
    for (std::uint32_t member = 0; member < 10'000; ++member)
      tree.Submit({member, round * 100'000 + member, ++order});
  }
  EXPECT_EQ(tree.size(), 10'000u);
  EXPECT_LT(tree.MemoryUsage(), full * 5 / 4);
}

TEST(LeaderboardTreeTest, AnEntryCostsFortyBytesAtMostWhateverComes) {
  constexpr std::uint32_t kMembers = 100'000;
  for (const LeaderboardKeep keep : {LeaderboardKeep::kBest, LeaderboardKeep::kNewest}) {
    SeededRandom random(1);
    LeaderboardTree tree(keep);
    std::int64_t order = 0;
    for (std::uint32_t member = 0; member < kMembers; ++member) {
      tree.Submit({member, static_cast<std::int64_t>(random.Below(1'000'000)), ++order});
    }
    for (std::int64_t round = 1; round <= 5; ++round) {
      EXPECT_LE(tree.MemoryUsage(), std::size_t{kMembers} * 40) << round;
      const auto most = static_cast<std::uint64_t>(keep == LeaderboardKeep::kBest ? round : 1) * 1'000'000;
      for (std::uint32_t i = 0; i < kMembers; ++i) {
        tree.Submit({static_cast<std::uint32_t>(random.Below(kMembers)),
                     static_cast<std::int64_t>(random.Below(most)), ++order});
      }
    }
    EXPECT_LE(tree.MemoryUsage(), std::size_t{kMembers} * 40);
  }
}

}  // namespace
}  // namespace oofgg::game
