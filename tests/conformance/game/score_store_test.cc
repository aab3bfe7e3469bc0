#include <algorithm>
#include <array>
#include <chrono>
#include <limits>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

constexpr std::int64_t kAll = std::numeric_limits<std::int64_t>::max();

Score MakeScore(std::string id, std::string player, std::int64_t value) {
  Score score;
  score.id = std::move(id);
  score.player_id = std::move(player);
  score.game_id = "arena";
  score.value = value;
  score.score_type = "default";
  return score;
}

class ScoreStoreTest : public StoreConformance {
 protected:
  game::ScoreStore& store() { return stores_->scores(); }

  game::ScoreRecord Add(std::string id, std::string player, std::int64_t value, std::string game = "arena",
                        std::string type = "default") {
    Score score = MakeScore(std::move(id), std::move(player), value);
    score.game_id = std::move(game);
    score.score_type = std::move(type);
    auto record = store().InsertScore(score, {});
    EXPECT_TRUE(record.ok()) << record.status();
    return record.value_or(game::ScoreRecord());
  }
};
OOFGG_ON_ALL_ENGINES(ScoreStoreTest);

TEST_P(ScoreStoreTest, KeepsEveryField) {
  Score score{.id = "1",
              .player_id = "ann",
              .game_id = "arena",
              .instance_id = "m1",
              .value = std::numeric_limits<std::int64_t>::min(),
              .score_type = "kills",
              .created_at = WallTime(std::chrono::microseconds(1'900'000'000'123'456)),
              .metadata = {{"weapon", "bow \"x\""}, {"", "empty key"}}};
  const auto inserted = store().InsertScore(score, {});
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  const std::array orders = {inserted->order, inserted->order + 1};
  const auto found = store().FindScores(orders);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  const Score& stored = (*found)[0].score;
  EXPECT_EQ((*found)[0].order, inserted->order);
  EXPECT_EQ(stored.id, score.id);
  EXPECT_EQ(stored.player_id, score.player_id);
  EXPECT_EQ(stored.game_id, score.game_id);
  EXPECT_EQ(stored.instance_id, score.instance_id);
  EXPECT_EQ(stored.value, score.value);
  EXPECT_EQ(stored.score_type, score.score_type);
  EXPECT_EQ(stored.created_at, score.created_at);
  EXPECT_EQ(stored.metadata, score.metadata);
}

TEST_P(ScoreStoreTest, OrdersGrowWithEachSubmission) {
  const auto first = Add("1", "ann", 5);
  const auto second = Add("2", "bob", 5);
  EXPECT_GE(first.order, 1);
  EXPECT_GT(second.order, first.order);
  EXPECT_EQ(store().InsertScore(MakeScore("1", "eve", 1), {}).status().code(), StatusCode::kAlreadyExists);
}

TEST_P(ScoreStoreTest, ARepeatedKeyStoresOnce) {
  const Score score = MakeScore("1", "ann", 3);
  Score repeated = score;
  repeated.id = "2";
  const auto first = store().InsertScore(score, {"ann", "k", 7});
  const auto again = store().InsertScore(repeated, {"ann", "k", 7});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->score.id, "1");
  EXPECT_EQ(again->order, first->order);
  EXPECT_EQ(*store().CountScores("ann", ""), 1);
  EXPECT_EQ(store().InsertScore(repeated, {"ann", "k", 8}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().InsertScore(repeated, {"bob", "k", 8})->score.id, "2");
}

TEST_P(ScoreStoreTest, KeysAreForgottenByAgeAndScoresAreNot) {
  constexpr WallTime kStart{std::chrono::hours(1'000)};
  const game::CreationKey key{"ann", "k", 7};
  ASSERT_TRUE(store().InsertScore(MakeScore("1", "ann", 3), key).ok());
  ASSERT_TRUE(store().Purge({.now = kStart, .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(store().InsertScore(MakeScore("2", "ann", 3), key)->score.id, "1");
  ASSERT_TRUE(store().Purge({.now = kStart + std::chrono::hours(24), .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(store().InsertScore(MakeScore("2", "ann", 3), key)->score.id, "2");
  EXPECT_EQ(*store().CountScores("ann", ""), 2);
}

TEST_P(ScoreStoreTest, ListsNewestFirstPageByPage) {
  for (int i = 0; i < 5; ++i) Add("a" + std::to_string(i), "ann", i, i % 2 == 0 ? "arena" : "chess");
  Add("b", "bob", 1);
  std::string seen;
  for (std::int64_t before = kAll;;) {
    const auto page = store().ListScores("ann", "", before, 2);
    ASSERT_TRUE(page.ok()) << page.status();
    if (page->empty()) break;
    for (const auto& record : *page) seen += record.score.id + " ";
    before = page->back().order;
  }
  EXPECT_EQ(seen, "a4 a3 a2 a1 a0 ");
  EXPECT_EQ(store().ListScores("ann", "chess", kAll, 10)->size(), 2u);
  EXPECT_EQ(*store().CountScores("ann", ""), 5);
  EXPECT_EQ(*store().CountScores("ann", "arena"), 3);
  EXPECT_EQ(*store().CountScores("nobody", "arena"), 0);
}

TEST_P(ScoreStoreTest, VisitsTheBestOfEachPlayerAndListOnce) {
  Add("1", "ann", 5);
  const auto best = Add("2", "ann", 9);
  Add("3", "ann", 9);  // As good, but later.
  Add("4", "ann", 7);
  Add("5", "ann", 1, "chess");
  Add("6", "ann", 2, "arena", "kills");
  Add("7", "bob", -3);
  std::map<std::string, std::pair<std::int64_t, std::int64_t>> visited;
  const Status status = store().VisitBest([&](const game::BestScore& score) {
    const std::string list =
        std::string(score.game_id) + "/" + std::string(score.score_type) + "/" + std::string(score.player_id);
    EXPECT_TRUE(visited.emplace(list, std::pair(score.value, score.order)).second) << list;
    return Status();
  });
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(visited.size(), 4u);
  EXPECT_EQ(visited["arena/default/ann"], std::pair(std::int64_t{9}, best.order));
  EXPECT_EQ(visited["arena/default/bob"].first, -3);
}

TEST_P(ScoreStoreTest, StopsVisitingAtTheFirstError) {
  Add("1", "ann", 5);
  Add("2", "bob", 5);
  int visits = 0;
  const Status status = store().VisitBest([&](const game::BestScore&) {
    ++visits;
    return MakeStatus(StatusCode::kCancelled, "enough");
  });
  EXPECT_EQ(status.code(), StatusCode::kCancelled);
  EXPECT_EQ(visits, 1);
}

TEST_P(ScoreStoreTest, SimultaneousSubmissionsAllCountOnce) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      for (int j = 0; j < 10; ++j) {
        const Score score = MakeScore(std::to_string(i * 100 + j), "ann", j);
        // Every key is used by two threads.
        EXPECT_TRUE(store().InsertScore(score, {"ann", std::to_string(i / 2 * 100 + j), j}).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(*store().CountScores("ann", "arena"), 20);
}

TEST_P(ScoreStoreTest, ErasedScoresAreGoneFromEveryList) {
  std::vector<std::int64_t> orders;
  for (int i = 0; i < 5; ++i) {
    orders.push_back(Add("a" + std::to_string(i), "ann", i, "arena", i % 2 == 0 ? "wins" : "kills").order);
  }
  const auto bob = Add("b", "bob", 1);
  orders.push_back(bob.order);
  EXPECT_TRUE(store().EraseScores("ann", 2).value()) << "three are left";
  const auto best_of = [this] {
    std::vector<std::string> players;
    EXPECT_TRUE(store()
                    .VisitBest([&](const game::BestScore& score) {
                      players.emplace_back(score.player_id);
                      return Status();
                    })
                    .ok());
    return players;
  };
  EXPECT_EQ(best_of(), std::vector<std::string>{"bob"}) << "from the first batch on";
  while (store().EraseScores("ann", 2).value()) {
  }
  EXPECT_EQ(*store().CountScores("ann", ""), 0);
  EXPECT_TRUE(store().ListScores("ann", "", kAll, 10)->empty());
  const auto found = store().FindScores(orders);
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(found->front().score.id, "b");
  EXPECT_FALSE(store().EraseScores("ann", 2).value()) << "again does no harm";
  EXPECT_FALSE(store().EraseScores("nobody", 2).value());
  EXPECT_GT(Add("a0", "ann", 7).order, bob.order) << "the id is free, and places are not given out again";
  EXPECT_EQ(best_of().size(), 2u);
}

TEST_P(ScoreStoreTest, AKeyWhoseScoreWasErasedSaysSo) {
  const game::CreationKey key{"server", "k", 7};
  ASSERT_TRUE(store().InsertScore(MakeScore("1", "ann", 3), key).ok());
  ASSERT_TRUE(store().EraseScores("ann", 10).ok());
  EXPECT_EQ(store().InsertScore(MakeScore("2", "ann", 3), key).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::storage
