#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

class GameStoreTest : public StoreConformance {
 protected:
  game::GameStore& store() { return stores_->games(); }
};
OOFGG_ON_ALL_ENGINES(GameStoreTest);

Game Named(std::string id, std::string owner = "ann") {
  Game game;
  game.id = std::move(id);
  game.name = "Arena";
  game.owner_id = std::move(owner);
  return game;
}

TEST_P(GameStoreTest, KeepsEveryField) {
  Game game = Named("g1");
  game.short_description = "short";
  game.description = "long\nand 'quoted'";
  game.image_url = "https://example.org/x.png";
  game.max_sessions = 4'000'000'000;
  game.max_players_per_session = 8;
  game.score_rules["laps"] = {.order = ScoreOrder::kAscending,
                              .keep = ScoreKeep::kSum,
                              .source = ScoreSource::kServer,
                              .min_value = std::numeric_limits<std::int64_t>::min() + 1,
                              .max_value = 0};
  game.score_rules["kills"] = {};
  game.data = std::string("\0binary-free but with a NUL", 27);
  ASSERT_TRUE(store().CreateGame(game, {}, 0).ok());
  const auto found = store().FindGame("g1");
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ(found->name, game.name);
  EXPECT_EQ(found->short_description, game.short_description);
  EXPECT_EQ(found->description, game.description);
  EXPECT_EQ(found->image_url, game.image_url);
  EXPECT_EQ(found->max_sessions, game.max_sessions);
  EXPECT_EQ(found->max_players_per_session, 8u);
  EXPECT_EQ(found->data, game.data);
  EXPECT_EQ(found->owner_id, "ann");
  EXPECT_EQ(found->score_rules, game.score_rules);
  EXPECT_EQ(found->version, 1);
}

TEST_P(GameStoreTest, SaysWhatIsMissingAndWhatIsTaken) {
  EXPECT_EQ(store().FindGame("g1").status().code(), StatusCode::kNotFound);
  ASSERT_TRUE(store().CreateGame(Named("g1"), {}, 0).ok());
  EXPECT_EQ(store().CreateGame(Named("g1", "eve"), {}, 0).status().code(), StatusCode::kAlreadyExists);
}

TEST_P(GameStoreTest, AQuotaCountsTheOwnersGamesOnly) {
  ASSERT_TRUE(store().CreateGame(Named("g1"), {}, 2).ok());
  ASSERT_TRUE(store().CreateGame(Named("g2"), {}, 2).ok());
  EXPECT_EQ(store().CreateGame(Named("g3"), {}, 2).status().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(store().CreateGame(Named("g4", "bob"), {}, 2).ok());
  EXPECT_TRUE(store().CreateGame(Named("g5"), {}, 0).ok());
}

TEST_P(GameStoreTest, ARepeatedKeyGivesWhatItMadeEvenOverTheQuota) {
  const game::CreationKey key{"ann", "k", 1};
  ASSERT_EQ(store().CreateGame(Named("g1"), key, 1)->id, "g1");
  const auto again = store().CreateGame(Named("g2"), key, 1);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, "g1");
  EXPECT_EQ(store().FindGame("g2").status().code(), StatusCode::kNotFound);
}

TEST_P(GameStoreTest, KeysAreForgottenByAgeAndGamesAreNot) {
  constexpr WallTime kStart{std::chrono::hours(1'000)};
  const game::CreationKey key{"ann", "k", 1};
  ASSERT_EQ(store().CreateGame(Named("g1"), key, 0)->id, "g1");
  ASSERT_TRUE(store().Purge({.now = kStart, .keep = std::chrono::hours(24)}).ok());
  ASSERT_TRUE(store().Purge({.now = kStart + std::chrono::hours(23), .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(store().CreateGame(Named("g2"), key, 0)->id, "g1");
  ASSERT_TRUE(store().Purge({.now = kStart + std::chrono::hours(24), .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(store().CreateGame(Named("g2"), key, 0)->id, "g2");
  EXPECT_TRUE(store().FindGame("g1").ok());
}

TEST_P(GameStoreTest, AKeyIsItsCreatorsAndOneRequests) {
  ASSERT_TRUE(store().CreateGame(Named("g1"), {"ann", "k", 1}, 0).ok());
  EXPECT_EQ(store().CreateGame(Named("g2"), {"ann", "k", 2}, 0).status().code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(store().CreateGame(Named("g2", "bob"), {"bob", "k", 2}, 0)->id, "g2");
}

TEST_P(GameStoreTest, AFailedCreationLeavesItsKeyUnused) {
  ASSERT_TRUE(store().CreateGame(Named("g1"), {}, 0).ok());
  ASSERT_FALSE(store().CreateGame(Named("g2"), {"ann", "k", 1}, 1).ok());
  EXPECT_EQ(store().CreateGame(Named("g2"), {"ann", "k", 1}, 0)->id, "g2");
}

TEST_P(GameStoreTest, PagesByIdWithoutRepeatingOrSkipping) {
  for (const char* id : {"c", "a", "e", "b", "d"}) ASSERT_TRUE(store().CreateGame(Named(id), {}, 0).ok());
  std::string seen;
  for (std::string after;;) {
    const auto page = store().ListGames(after, 2);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->empty()) break;
    for (const Game& game : *page) seen += game.id;
    after = page->back().id;
  }
  EXPECT_EQ(seen, "abcde");
}

TEST_P(GameStoreTest, AQuotaHoldsAgainstSimultaneousCreation) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < 5; ++j) {
        (void)store().CreateGame(Named("g" + std::to_string(i) + std::to_string(j)), {}, 3);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(store().ListGames("", 100)->size(), 3u);
}

TEST_P(GameStoreTest, OfTwoWritersWithOneVersionOnlyTheFirstWrites) {
  ASSERT_TRUE(store().CreateGame(Named("g1"), {}, 0).ok());
  Game first = *store().FindGame("g1");
  Game second = first;
  first.name = "First";
  first.max_players_per_session = 2;
  first.score_rules["laps"] = {.order = ScoreOrder::kAscending};
  second.name = "Second";
  const auto updated = store().UpdateGame(first);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->version, 2);
  EXPECT_EQ(store().UpdateGame(second).status().code(), StatusCode::kAborted);
  const auto now = store().FindGame("g1");
  EXPECT_EQ(now->name, "First");
  EXPECT_EQ(now->max_players_per_session, 2u);
  EXPECT_EQ(now->score_rules, first.score_rules);
  EXPECT_EQ(now->version, 2);
  EXPECT_EQ(store().UpdateGame(Named("nothing")).status().code(), StatusCode::kNotFound);
}

TEST_P(GameStoreTest, OfSimultaneousCreationsUnderOneKeyOneIsMade) {
  AllAtOnce(8, [&](std::size_t i) {
    const auto created = store().CreateGame(Named("g" + std::to_string(i)), {"ann", "k", 1}, 1);
    EXPECT_TRUE(created.ok()) << created.status();
  });
  EXPECT_EQ(store().ListGames("", 100)->size(), 1U);
}

TEST_P(GameStoreTest, WritersAtTheSameTimeAllCount) {
  ASSERT_TRUE(store().CreateGame(Named("g1"), {}, 0).ok());
  constexpr int kThreads = 4;
  constexpr int kWrites = 10;
  AllAtOnce(kThreads, [&](std::size_t) {
    for (int done = 0; done < kWrites;) {
      Game game = *store().FindGame("g1");
      ++game.max_sessions;
      if (store().UpdateGame(game).ok()) ++done;
    }
  });
  EXPECT_EQ(store().FindGame("g1")->version, 1 + kThreads * kWrites);
  EXPECT_EQ(store().FindGame("g1")->max_sessions, kThreads * kWrites);
}

TEST_P(GameStoreTest, HeatAddedAtTheSameTimeAllCounts) {
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(store().CreateGame(Named(id), {}, 0).ok());
  constexpr std::size_t kThreads = 4;
  constexpr int kTurns = 10;
  AllAtOnce(kThreads, [&](std::size_t i) {
    const std::vector<game::GameTrend> joins =
        i % 2 == 0 ? std::vector<game::GameTrend>{{"a", 0}, {"b", 0}, {"c", 0}}
                   : std::vector<game::GameTrend>{{"c", 0}, {"b", 0}, {"a", 0}};
    for (int turn = 0; turn < kTurns; ++turn) EXPECT_TRUE(store().AddTrends(joins).ok());
  });
  const auto listed = store().ListTrending({}, 10);
  ASSERT_EQ(listed->size(), 3U);
  for (const auto& trending : *listed) EXPECT_NEAR(trending.heat, std::log(kThreads * kTurns), 1e-9);
}

TEST_P(GameStoreTest, HeatNamedTwiceIsAddedTwice) {
  ASSERT_TRUE(store().CreateGame(Named("a"), {}, 0).ok());
  const std::vector<game::GameTrend> joins = {{"a", 1}, {"a", 5'000}, {"a", -5'000}};
  ASSERT_TRUE(store().AddTrends(joins).ok());
  EXPECT_EQ(store().ListTrending({}, 1)->front().heat, 5'000);
  ASSERT_TRUE(store().AddTrends(std::vector<game::GameTrend>{{"a", 0.1}}).ok());
  EXPECT_EQ(store().ListTrending({}, 1)->front().heat, 5'000);
  ASSERT_TRUE(store().AddTrends({}).ok());
}

TEST_P(GameStoreTest, HeatAddsUpAsJoinsDo) {
  EXPECT_DOUBLE_EQ(game::AddHeat(std::log(2.0), std::log(3.0)), std::log(5.0));
  EXPECT_DOUBLE_EQ(game::AddHeat(5'000, 1), 5'000);  // Without an overflow on the way.
}

TEST_P(GameStoreTest, TrendsAreListedHottestFirstPageByPage) {
  for (const char* id : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(store().CreateGame(Named(id), {}, 0).ok());
  const std::vector<game::GameTrend> joins = {{"a", 1}, {"c", 7}, {"b", 1}, {"d", 2.5}, {"nothing", 9}};
  ASSERT_TRUE(store().AddTrends(joins).ok());
  const std::vector<game::GameTrend> more = {{"d", 8}};
  ASSERT_TRUE(store().AddTrends(more).ok());
  std::string seen;
  std::optional<game::GameTrend> after;
  while (true) {
    const auto page = store().ListTrending(after, 3);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->empty()) break;
    for (const game::TrendingGame& trending : *page) seen += trending.game.id;
    after = {page->back().game.id, page->back().heat};
  }
  EXPECT_EQ(seen, "dcab");
  EXPECT_DOUBLE_EQ(store().ListTrending({}, 1)->front().heat, game::AddHeat(2.5, 8));
}

TEST_P(GameStoreTest, ASecretIsKeptByWhoeverComesFirst) {
  const std::string fresh("\0\xff'x", 4);
  EXPECT_EQ(*store().KeepSecret("cursors", fresh), fresh);
  EXPECT_EQ(*store().KeepSecret("cursors", "late"), fresh);
  EXPECT_EQ(*store().KeepSecret("other", "late"), "late");
}

}  // namespace
}  // namespace oofgg::storage
