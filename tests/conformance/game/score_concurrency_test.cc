#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

constexpr std::size_t kAtOnce = 8;
constexpr ScoreRule kSums{.keep = ScoreKeep::kSum};

class ScoreConcurrencyTest : public StoreConformance {
 protected:
  game::ScoreStore& store() { return stores_->scores(); }

  StatusOr<game::StoredScore> Submit(const std::string& id, const std::string& player,
                                     const std::string& game_id, std::int64_t value, const ScoreRule& rule,
                                     const game::CreationKey& key = {}) {
    return store().InsertScore({.id = id,
                                .player_id = player,
                                .game_id = game_id,
                                .instance_id = "",
                                .value = value,
                                .score_type = "default",
                                .created_at = now_,
                                .metadata = {}},
                               rule, key);
  }

  std::map<std::string, std::int64_t> AllTime() {
    std::map<std::string, std::int64_t> values;
    const Status status = store().VisitStandings(now_, [&](const game::StandingRow& row) {
      if (row.period == game::ScorePeriod::kAllTime) {
        values[std::string(row.game_id) + "/" + std::string(row.player_id)] = row.standing.value;
      }
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status;
    return values;
  }

  const WallTime now_{std::chrono::hours(24 * 365 * 60)};
};
OOFGG_ON_ALL_ENGINES(ScoreConcurrencyTest);

TEST_P(ScoreConcurrencyTest, SumsAddUpInTheOrderOfTheSubmissions) {
  constexpr int kTurns = 10;
  std::mutex mutex;
  std::map<std::string, std::map<std::int64_t, std::int64_t>> sums;  // List, order, sum.
  AllAtOnce(kAtOnce, [&](std::size_t i) {
    for (int turn = 0; turn < kTurns; ++turn) {
      for (std::size_t list = 0; list < 6; ++list) {
        const std::size_t which = i % 2 == 0 ? list : 5 - list;  // In opposite orders.
        const std::string player = "p" + std::to_string(which % 3);
        const std::string game = which < 3 ? "arena" : "chess";
        const auto stored =
            Submit(std::to_string(i) + "/" + std::to_string(turn) + "/" + std::to_string(which), player, game,
                   1, kSums);
        ASSERT_TRUE(stored.ok()) << stored.status();
        const std::lock_guard lock(mutex);
        for (const auto& standing : stored->standings) {
          ASSERT_TRUE(standing.has_value());
          EXPECT_EQ(standing->order, stored->record.order);
          EXPECT_EQ(standing->value, stored->standings[0]->value);
        }
        sums[game + "/" + player][stored->record.order] = stored->standings[0]->value;
      }
    }
  });
  EXPECT_EQ(sums.size(), 6U);
  for (const auto& [list, of_list] : sums) {
    std::int64_t expected = 0;
    for (const auto& [order, sum] : of_list) EXPECT_EQ(sum, ++expected) << list << " at " << order;
    EXPECT_EQ(AllTime()[list], static_cast<std::int64_t>(kAtOnce) * kTurns);
  }
}

TEST_P(ScoreConcurrencyTest, OneKeyCountsOnce) {
  std::mutex mutex;
  std::set<std::string> made;
  AllAtOnce(kAtOnce, [&](std::size_t i) {
    for (int turn = 0; turn < 10; ++turn) {
      const std::string key = std::to_string(turn);
      const auto stored =
          Submit(key + "/" + std::to_string(i), "ann", "arena", 1, kSums, {"server", key, turn});
      ASSERT_TRUE(stored.ok()) << stored.status();
      const std::lock_guard lock(mutex);
      made.insert(stored->record.score.id);
    }
  });
  EXPECT_EQ(made.size(), 10U);
  EXPECT_EQ(store().CountScores("ann", "").value(), 10);
  EXPECT_EQ(AllTime()["arena/ann"], 10);
}

TEST_P(ScoreConcurrencyTest, TheBestOfManyIsTheBest) {
  AllAtOnce(kAtOnce, [&](std::size_t i) {
    for (int turn = 0; turn < 10; ++turn) {
      const auto value = static_cast<std::int64_t>((i * 7 + static_cast<std::size_t>(turn) * 13) % 80);
      const std::string id = std::to_string(i) + "/" + std::to_string(turn);
      EXPECT_TRUE(Submit(id, "ann", "arena", value, {}).ok());
      EXPECT_TRUE(Submit("low/" + id, "bob", "arena", value, {.order = ScoreOrder::kAscending}).ok());
    }
  });
  EXPECT_EQ(AllTime()["arena/bob"], 0);
  std::int64_t best = 0;
  const auto listed = store().ListScores("ann", "", (std::numeric_limits<std::int64_t>::max)(), 100);
  for (const game::ScoreRecord& record : *listed) best = (std::max)(best, record.score.value);
  EXPECT_EQ(listed->size(), kAtOnce * 10);
  EXPECT_EQ(AllTime()["arena/ann"], best);
}

// Each player has one score, so all of them count.
TEST_P(ScoreConcurrencyTest, NothingComesBehindASettledHorizon) {
  std::mutex mutex;
  std::map<std::int64_t, std::size_t> seen;  // By horizon: how many scores there were up to it.
  AllAtOnce(kAtOnce, [&](std::size_t i) {
    for (int turn = 0; turn < 25; ++turn) {
      const std::string player = std::to_string(i) + "/" + std::to_string(turn);
      if (i != 0) {
        EXPECT_TRUE(Submit(player, player, "arena", 1, {}).ok());
        continue;
      }
      const auto horizon = store().FindHorizon();
      ASSERT_TRUE(horizon.ok()) << horizon.status();
      const auto counted = store().ListCounted(0, horizon->order);
      ASSERT_TRUE(counted.ok()) << counted.status();
      const std::lock_guard lock(mutex);
      if (horizon->settled) seen[horizon->order] = counted->size();
    }
  });
  for (const auto& [horizon, count] : seen) {
    EXPECT_EQ(store().ListCounted(0, horizon)->size(), count) << "up to " << horizon;
  }
  EXPECT_TRUE(store().FindHorizon()->settled);
  EXPECT_EQ(store().ListCounted(0, store().FindHorizon()->order)->size(), (kAtOnce - 1) * 25);
}

TEST_P(ScoreConcurrencyTest, WhatIsErasedAmongSubmissionsLeavesNoStandingWithoutAScore) {
  AllAtOnce(4, [&](std::size_t i) {
    for (int turn = 0; turn < 20; ++turn) {
      if (i == 0) {
        EXPECT_TRUE(store().EraseScores("ann", 3).ok());
        continue;
      }
      const std::string game = turn % 2 == 0 ? "arena" : "chess";
      const std::string id = std::to_string(i) + "/" + std::to_string(turn);
      EXPECT_TRUE(Submit(id, "ann", game, 1, kSums).ok());
      EXPECT_TRUE(Submit("bob " + id, "bob", game, 1, kSums).ok());
    }
  });
  while (store().EraseScores("ann", 3).value()) {
  }
  EXPECT_EQ(AllTime(), (std::map<std::string, std::int64_t>{{"arena/bob", 30}, {"chess/bob", 30}}));
}

}  // namespace
}  // namespace oofgg::storage
