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
    return Keep(score, {});
  }
  // Under a rule.
  game::ScoreRecord Keep(const Score& score, const ScoreRule& rule) {
    auto stored = store().InsertScore(score, rule, {});
    EXPECT_TRUE(stored.ok()) << stored.status();
    return stored.ok() ? stored->record : game::ScoreRecord();
  }

  // "game/type/period/start/player=value@place" of all that is current, sorted.
  std::vector<std::string> Standings(WallTime now) {
    std::vector<std::string> all;
    std::set<std::string> lists;
    std::string last;
    const Status status = store().VisitStandings(now, [&](const game::StandingRow& row) {
      const std::string list = std::string(row.game_id) + "/" + std::string(row.score_type) + "/" +
                               std::string(game::PeriodName(row.period));
      EXPECT_TRUE(list == last || lists.insert(list).second) << list << " comes in pieces";
      last = list;
      EXPECT_EQ(row.period_start, game::PeriodStart(row.period, now));
      all.push_back(list + "/" + std::string(row.player_id) + "=" + std::to_string(row.standing.value) + "@" +
                    std::to_string(row.standing.order));
      return Status();
    });
    EXPECT_TRUE(status.ok()) << status;
    std::sort(all.begin(), all.end());
    return all;
  }
};
OOFGG_ON_ALL_ENGINES(ScoreStoreTest);

TEST_P(ScoreStoreTest, ManyAtOnceAreEachKeptByItself) {
  Add("taken", "eve", 1);
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  const ScoreRule sum{.keep = ScoreKeep::kSum};
  const game::CreationKey key{"ann", "once", 1};
  const std::vector<game::NewScore> scores = {
      {MakeScore("a1", "ann", 5), {}, {}},      {MakeScore("taken", "ann", 9), {}, {}},
      {MakeScore("a2", "ann", 7), {}, key},     {MakeScore("a3", "ann", 7), {}, key},
      {MakeScore("b1", "bob", kMost), sum, {}}, {MakeScore("b2", "bob", 1), sum, {}},
      {MakeScore("a4", "ann", 6), {}, {}}};
  const auto stored = store().InsertScores(scores);
  ASSERT_EQ(stored.size(), scores.size());
  const auto id_of = [&](std::size_t i) { return stored[i].ok() ? stored[i]->record.score.id : "none"; };
  const auto best_of = [&](std::size_t i) { return stored[i]->standings[0]->value; };
  EXPECT_EQ(id_of(0), "a1");
  EXPECT_EQ(stored[1].status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(id_of(2), "a2");
  EXPECT_EQ(id_of(3), "a2");
  EXPECT_EQ(id_of(4), "b1");
  EXPECT_EQ(stored[5].status().code(), StatusCode::kOutOfRange);
  EXPECT_EQ(id_of(6), "a4");
  EXPECT_EQ(best_of(0), 5);
  EXPECT_EQ(best_of(3), 7);
  EXPECT_EQ(best_of(6), 7);
  EXPECT_EQ(store().CountScores("ann", "").value(), 3);
  EXPECT_EQ(store().CountScores("bob", "").value(), 1);
  EXPECT_TRUE(store().InsertScores({}).empty());
}

TEST_P(ScoreStoreTest, KeepsEveryField) {
  Score score{.id = "1",
              .player_id = "ann",
              .game_id = "arena",
              .instance_id = "m1",
              .value = std::numeric_limits<std::int64_t>::min(),
              .score_type = "kills",
              .created_at = WallTime(std::chrono::microseconds(1'900'000'000'123'456)),
              .metadata = {{"weapon", "bow \"x\""}, {"", "empty key"}}};
  const auto inserted = store().InsertScore(score, {}, {});
  ASSERT_TRUE(inserted.ok()) << inserted.status();
  const std::array orders = {inserted->record.order, inserted->record.order + 1};
  const auto found = store().FindScores(orders);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->size(), 1u);
  const Score& stored = (*found)[0].score;
  EXPECT_EQ((*found)[0].order, inserted->record.order);
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
  EXPECT_EQ(store().InsertScore(MakeScore("1", "eve", 1), {}, {}).status().code(),
            StatusCode::kAlreadyExists);
}

TEST_P(ScoreStoreTest, ARepeatedKeyStoresOnce) {
  const Score score = MakeScore("1", "ann", 3);
  Score repeated = score;
  repeated.id = "2";
  const auto first = store().InsertScore(score, {}, {"ann", "k", 7});
  const auto again = store().InsertScore(repeated, {}, {"ann", "k", 7});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->record.score.id, "1");
  EXPECT_EQ(again->record.order, first->record.order);
  EXPECT_EQ(*store().CountScores("ann", ""), 1);
  EXPECT_EQ(store().InsertScore(repeated, {}, {"ann", "k", 8}).status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store().InsertScore(repeated, {}, {"bob", "k", 8})->record.score.id, "2");
}

TEST_P(ScoreStoreTest, KeysAreForgottenByAgeAndScoresAreNot) {
  constexpr WallTime kStart{std::chrono::hours(1'000)};
  const game::CreationKey key{"ann", "k", 7};
  ASSERT_TRUE(store().InsertScore(MakeScore("1", "ann", 3), {}, key).ok());
  ASSERT_TRUE(store().Purge({.now = kStart, .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(store().InsertScore(MakeScore("2", "ann", 3), {}, key)->record.score.id, "1");
  ASSERT_TRUE(store().Purge({.now = kStart + std::chrono::hours(24), .keep = std::chrono::hours(24)}).ok());
  EXPECT_EQ(store().InsertScore(MakeScore("2", "ann", 3), {}, key)->record.score.id, "2");
  EXPECT_EQ(*store().CountScores("ann", ""), 2);
}

TEST_P(ScoreStoreTest, KnowsOfWhichTypesAGameEverHadScores) {
  Add("a", "ann", 3, "arena");
  EXPECT_TRUE(*store().HasLists("arena", "default"));
  EXPECT_FALSE(*store().HasLists("arena", "time"));
  EXPECT_FALSE(*store().HasLists("chess", "default"));
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

// 2030-01-02, a Wednesday.
constexpr WallTime kWednesday{std::chrono::sys_days(std::chrono::year(2030) / 1 / 2) +
                              std::chrono::hours(12)};
constexpr std::chrono::hours kDay{24};

Score At(WallTime time, Score score) {
  score.created_at = time;
  return score;
}

std::string Place(std::string_view list, std::int64_t value, const game::ScoreRecord& record) {
  return std::string(list) + "/" + record.score.player_id + "=" + std::to_string(value) + "@" +
         std::to_string(record.order);
}

TEST_P(ScoreStoreTest, KeepsTheBestOfEachPlayerListAndPeriod) {
  Keep(At(kWednesday, MakeScore("1", "ann", 5)), {});
  const auto best = Keep(At(kWednesday, MakeScore("2", "ann", 9)), {});
  Keep(At(kWednesday, MakeScore("3", "ann", 9)), {});  // As good, but later.
  Keep(At(kWednesday, MakeScore("4", "ann", 7)), {});
  const auto low = Keep(At(kWednesday, MakeScore("5", "bob", -3)), {});
  Score kills = At(kWednesday, MakeScore("6", "ann", 2));
  kills.score_type = "kills";
  const auto other = Keep(kills, {});
  std::vector<std::string> expected;
  for (const std::string period : {"all_time", "daily", "monthly", "weekly"}) {
    expected.push_back(Place("arena/default/" + period, 9, best));
    expected.push_back(Place("arena/default/" + period, -3, low));
    expected.push_back(Place("arena/kills/" + period, 2, other));
  }
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(Standings(kWednesday), expected);
}

TEST_P(ScoreStoreTest, KeepsTheLowestTheLastOrTheSum) {
  const ScoreRule laps{.order = ScoreOrder::kAscending};
  const ScoreRule last{.keep = ScoreKeep::kLast};
  const ScoreRule sum{.order = ScoreOrder::kAscending, .keep = ScoreKeep::kSum};
  const auto keep = [&](std::string type, const ScoreRule& rule, std::int64_t value) {
    static int id = 0;
    Score score = At(kWednesday, MakeScore("s" + std::to_string(++id), "ann", value));
    score.score_type = std::move(type);
    return Keep(score, rule);
  };
  keep("laps", laps, 70);
  const auto best = keep("laps", laps, 60);
  keep("laps", laps, 60);
  keep("laps", laps, std::numeric_limits<std::int64_t>::max());
  keep("last", last, 70);
  const auto newest = keep("last", last, 50);
  keep("sum", sum, 70);
  keep("sum", sum, -100);
  const auto added = keep("sum", sum, 5);
  std::vector<std::string> all_time;
  for (const std::string& standing : Standings(kWednesday)) {
    if (standing.find("all_time") != std::string::npos) all_time.push_back(standing);
  }
  EXPECT_EQ(all_time, (std::vector<std::string>{Place("arena/laps/all_time", 60, best),
                                                Place("arena/last/all_time", 50, newest),
                                                Place("arena/sum/all_time", -25, added)}));
}

TEST_P(ScoreStoreTest, EachPeriodCountsForItself) {
  const auto first = Keep(At(kWednesday, MakeScore("1", "ann", 9)), {});
  const auto second = Keep(At(kWednesday + kDay, MakeScore("2", "ann", 7)), {});       // Thursday.
  const auto third = Keep(At(kWednesday + 5 * kDay, MakeScore("3", "ann", 5)), {});    // Monday.
  const auto fourth = Keep(At(kWednesday + 30 * kDay, MakeScore("4", "ann", 3)), {});  // February.
  EXPECT_EQ(Standings(kWednesday + kDay),
            (std::vector<std::string>{
                Place("arena/default/all_time", 9, first), Place("arena/default/daily", 7, second),
                Place("arena/default/monthly", 9, first), Place("arena/default/weekly", 9, first)}));
  EXPECT_EQ(Standings(kWednesday + 5 * kDay),
            (std::vector<std::string>{
                Place("arena/default/all_time", 9, first), Place("arena/default/daily", 5, third),
                Place("arena/default/monthly", 9, first), Place("arena/default/weekly", 5, third)}));
  EXPECT_EQ(Standings(kWednesday + 30 * kDay),
            (std::vector<std::string>{
                Place("arena/default/all_time", 9, first), Place("arena/default/daily", 3, fourth),
                Place("arena/default/monthly", 3, fourth), Place("arena/default/weekly", 3, fourth)}));
  EXPECT_EQ(Standings(kWednesday + 100 * kDay),
            (std::vector<std::string>{Place("arena/default/all_time", 9, first)}));
}

TEST_P(ScoreStoreTest, TellsWhatThePlayerHasNowAlsoToARepeatedCall) {
  const ScoreRule sum{.keep = ScoreKeep::kSum};
  const Score first = At(kWednesday, MakeScore("1", "ann", 3));
  const auto stored = store().InsertScore(first, sum, {"ann", "k", 7});
  ASSERT_TRUE(stored.ok()) << stored.status();
  for (const auto& standing : stored->standings) {
    EXPECT_EQ(standing, (game::Standing{3, stored->record.order, kWednesday}));
  }
  const auto second = store().InsertScore(At(kWednesday + kDay, MakeScore("2", "ann", 4)), sum, {});
  ASSERT_TRUE(second.ok()) << second.status();
  const game::Standing both{7, second->record.order, kWednesday + kDay};
  EXPECT_EQ(second->standings[0], both);
  EXPECT_EQ(second->standings[1], (game::Standing{4, second->record.order, kWednesday + kDay}));

  const auto again = store().InsertScore(first, sum, {"ann", "k", 7});
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->standings[0], both);
  EXPECT_EQ(again->standings[1], stored->standings[1]) << "the day of the first score has no other";
  EXPECT_EQ(again->standings[2], both);
  EXPECT_EQ(again->standings[3], both);
}

TEST_P(ScoreStoreTest, ASumThatOverflowsIsRefusedAndLeavesNothing) {
  const ScoreRule sum{.keep = ScoreKeep::kSum};
  Keep(At(kWednesday, MakeScore("1", "ann", std::numeric_limits<std::int64_t>::max() - 1)), sum);
  Keep(At(kWednesday, MakeScore("2", "bob", std::numeric_limits<std::int64_t>::min())), sum);
  const auto before = Standings(kWednesday);
  const auto later = kWednesday + kDay;  // Of the day the sum would fit.
  EXPECT_EQ(store().InsertScore(At(later, MakeScore("3", "ann", 2)), sum, {"ann", "k", 1}).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(store().InsertScore(At(kWednesday, MakeScore("4", "bob", -1)), sum, {}).status().code(),
            StatusCode::kOutOfRange);
  EXPECT_EQ(Standings(kWednesday), before);
  EXPECT_EQ(*store().CountScores("ann", ""), 1);
  EXPECT_TRUE(store().InsertScore(At(later, MakeScore("3", "ann", 1)), sum, {"ann", "k", 2}).ok());
}

TEST_P(ScoreStoreTest, PurgeKeepsTheCurrentPeriodAndTheOneBefore) {
  for (int day = 0; day < 4; ++day) {
    for (const char* player : {"ann", "bob", "cid"}) {
      Keep(At(kWednesday + day * kDay, MakeScore(player + std::to_string(day), player, day)), {});
    }
  }
  const auto daily = [&](int day) {
    const auto all = Standings(kWednesday + day * kDay);
    return std::count_if(all.begin(), all.end(), [](const std::string& standing) {
      return standing.find("/daily/") != std::string::npos;
    });
  };
  const WallTime now = kWednesday + 3 * kDay;
  while (store().Purge({.now = now, .keep = std::chrono::hours(24), .limit = 2}).value()) {
  }
  EXPECT_EQ(daily(0), 0);
  EXPECT_EQ(daily(1), 0);
  EXPECT_EQ(daily(2), 3);
  EXPECT_EQ(daily(3), 3);
  EXPECT_EQ(Standings(now).size(), 12u) << "those of the week, the month and all time stay";
  EXPECT_EQ(*store().CountScores("ann", ""), 4) << "scores stay";
  while (store().Purge({.now = now + 400 * kDay, .keep = std::chrono::hours(24), .limit = 2}).value()) {
  }
  EXPECT_EQ(Standings(now).size(), 3u) << "all time alone";
}

TEST_P(ScoreStoreTest, StopsVisitingAtTheFirstError) {
  Add("1", "ann", 5);
  Add("2", "bob", 5);
  int visits = 0;
  const Status status = store().VisitStandings({}, [&](const game::StandingRow&) {
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
        EXPECT_TRUE(store().InsertScore(score, {}, {"ann", std::to_string(i / 2 * 100 + j), j}).ok());
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
    std::set<std::string> players;
    EXPECT_TRUE(store()
                    .VisitStandings({},
                                    [&](const game::StandingRow& row) {
                                      players.emplace(row.player_id);
                                      return Status();
                                    })
                    .ok());
    return players;
  };
  EXPECT_EQ(best_of(), std::set<std::string>{"bob"}) << "from the first batch on";
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

TEST_P(ScoreStoreTest, TellsWhichScoresCountAndForHowMuch) {
  const ScoreRule sum{.keep = ScoreKeep::kSum};
  const std::int64_t start = store().FindHorizon()->order;
  Keep(At(kWednesday, MakeScore("1", "ann", 5)), {});
  const auto best = Keep(At(kWednesday, MakeScore("2", "ann", 9)), {});
  const auto of_next_day = Keep(At(kWednesday + kDay, MakeScore("3", "ann", 7)), {});
  Score first = At(kWednesday, MakeScore("4", "bob", 10));
  first.score_type = "sum";
  const auto added_to = Keep(first, sum);
  Score second = At(kWednesday + kDay, MakeScore("5", "bob", -3));
  second.score_type = "sum";
  const auto added = Keep(second, sum);
  const auto horizon = store().FindHorizon();
  ASSERT_TRUE(horizon.ok()) << horizon.status();
  EXPECT_EQ(horizon->order, added.order);
  EXPECT_TRUE(horizon->settled);

  const auto counted = [](const game::ScoreRecord& record, auto... values) {
    return game::CountedScore{.player_id = record.score.player_id,
                              .game_id = "arena",
                              .score_type = record.score.score_type,
                              .order = record.order,
                              .created_at = record.score.created_at,
                              .values = {values...}};
  };
  const auto none = std::optional<std::int64_t>();
  const auto all = store().ListCounted(start, horizon->order);
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(*all, (std::vector<game::CountedScore>{
                      counted(best, 9, 9, 9, 9), counted(of_next_day, none, 7, none, none),
                      counted(added_to, none, 10, none, none), counted(added, 7, -3, 7, 7)}));
  EXPECT_EQ(store().ListCounted(best.order, added.order - 1)->size(), 2U) << "behind the first, to the last";
  ASSERT_TRUE(store().EraseScores("bob", 10).ok());
  EXPECT_EQ(store().ListCounted(start, horizon->order)->size(), 2U);
  EXPECT_EQ(store().FindHorizon()->order, added.order) << "although the newest are gone";
}

class InstanceScoresTest : public ScoreStoreTest {
 protected:
  static Score Of(std::string id, std::string player, std::string instance, std::string type = "default") {
    Score score = MakeScore(std::move(id), std::move(player), 1);
    score.instance_id = std::move(instance);
    score.score_type = std::move(type);
    return score;
  }
  std::set<std::string> List(const std::vector<game::InstanceSeat>& seats, std::size_t limit = 100) {
    const auto found = store().ListInstanceScores(seats, limit);
    EXPECT_TRUE(found.ok()) << found.status();
    std::set<std::string> ids;
    if (!found.ok()) return ids;
    for (const game::ScoreRecord& record : *found) EXPECT_TRUE(ids.insert(record.score.id).second);
    return ids;
  }
  using Ids = std::set<std::string>;
};
OOFGG_ON_ALL_ENGINES(InstanceScoresTest);

TEST_P(InstanceScoresTest, AreTheNewestOfEachTypeThatAPlayerHasInAGameAndInstance) {
  Keep(Of("1", "ann", "m1"), {});
  Keep(Of("2", "ann", "m1"), {});
  Keep(Of("3", "ann", "m1", "laps"), {});
  Keep(Of("4", "ann", "m2"), {});
  Keep(Of("5", "bob", "m1"), {});
  Keep(Of("6", "ann", ""), {});
  Score elsewhere = Of("7", "ann", "m1");
  elsewhere.game_id = "chess";
  Keep(elsewhere, {});
  EXPECT_EQ(List({{"m1", "ann", "arena"}}), (Ids{"2", "3"}));
  EXPECT_EQ(List({{"m1", "ann", "chess"}}), (Ids{"7"}));
  EXPECT_EQ(List({{"m1", "ann", "arena"}, {"m2", "ann", "arena"}, {"m1", "bob", "arena"}}),
            (Ids{"2", "3", "4", "5"}));
  EXPECT_EQ(List({{"m2", "bob", "arena"}, {"m3", "ann", "arena"}, {"m1", "eve", "arena"}}), Ids());
  EXPECT_EQ(List({{"", "ann", "arena"}}), Ids());
  EXPECT_EQ(List({}), Ids());
}

// Whoever knows the id of a match may submit scores with it without end.
TEST_P(InstanceScoresTest, AreNotPushedOutByAFloodOfAStrangersOrOfOnesOwn) {
  Keep(Of("ann's", "ann", "m1"), {});
  Keep(Of("bob's", "bob", "m1"), {});
  Keep(Of("bob's laps", "bob", "m1", "laps"), {});
  std::vector<game::NewScore> flood;
  for (int i = 0; i < 300; ++i) {
    flood.push_back({Of("eve" + std::to_string(i), "eve", "m1"), {}, {}});
    flood.push_back({Of("bob" + std::to_string(i), "bob", "m1"), {}, {}});
    Score elsewhere = Of("ann" + std::to_string(i), "ann", "m1");
    elsewhere.game_id = "chess";
    flood.push_back({elsewhere, {}, {}});
  }
  for (const auto& stored : store().InsertScores(flood)) ASSERT_TRUE(stored.ok()) << stored.status();
  EXPECT_EQ(List({{"m1", "ann", "arena"}, {"m1", "bob", "arena"}}), (Ids{"ann's", "bob299", "bob's laps"}));
}

TEST_P(InstanceScoresTest, AreOfSoManyTypesAtMost) {
  for (int i = 0; i < 5; ++i) Keep(Of(std::to_string(i), "ann", "m1", "type" + std::to_string(i)), {});
  EXPECT_EQ(List({{"m1", "ann", "arena"}}, 3).size(), 3U);
  EXPECT_EQ(List({{"m1", "ann", "arena"}}, 5).size(), 5U);
}

TEST_P(InstanceScoresTest, AreListedForAsManySeatsAsThereMayBe) {
  Keep(Of("first", "p0", "m1"), {});
  Keep(Of("last", "p11999", "m1"), {});
  std::vector<game::InstanceSeat> seats;
  for (int i = 0; i < 12'000; ++i) seats.push_back({"m1", "p" + std::to_string(i), "arena"});
  EXPECT_EQ(List(seats), (Ids{"first", "last"}));
}

TEST_P(ScoreStoreTest, AKeyWhoseScoreWasErasedSaysSo) {
  const game::CreationKey key{"server", "k", 7};
  ASSERT_TRUE(store().InsertScore(MakeScore("1", "ann", 3), {}, key).ok());
  ASSERT_TRUE(store().EraseScores("ann", 10).ok());
  EXPECT_EQ(store().InsertScore(MakeScore("2", "ann", 3), {}, key).status().code(), StatusCode::kNotFound);
}

}  // namespace
}  // namespace oofgg::storage
