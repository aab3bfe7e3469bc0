#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/game/store_set.h"

namespace oofgg::storage {
namespace {

using game::MatchRecord;
using game::MatchSeat;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr WallTime kNoon{std::chrono::sys_days(std::chrono::days(20'000))};

MatchSeat SeatOf(std::string player, std::string alias = {}) {
  return {.player_id = std::move(player), .team_id = "0", .alias = std::move(alias), .joined_at = kNoon};
}

class MatchStoreTest : public StoreConformance {
 protected:
  game::MatchStore& store() { return stores_->matches(); }

  /// Over so many seconds after noon, unless none are given.
  MatchRecord Add(std::string id, const std::vector<std::string>& players, std::optional<int> ended = {},
                  std::string game = "arena") {
    MatchRecord match{.id = std::move(id), .game_id = std::move(game), .started_at = kNoon};
    if (ended.has_value()) match.finished_at = kNoon + seconds(*ended);
    for (const std::string& player : players) match.seats.push_back(SeatOf(player));
    auto made = store().CreateMatch(match);
    EXPECT_TRUE(made.ok()) << made.status();
    return made.value_or(MatchRecord());
  }
  /// Their ids.
  std::string List(const std::string& player, const std::string& game = {}, std::size_t limit = 100,
                   const std::optional<game::MatchPosition>& after = {}) {
    const auto listed = store().ListMatches(player, game, after, limit);
    EXPECT_TRUE(listed.ok()) << listed.status();
    std::string ids;
    if (!listed.ok()) return ids;
    for (const MatchRecord& match : *listed) ids += match.id + " ";
    return ids;
  }
};
// Nothing is kept in memory before them.
INSTANTIATE_TEST_SUITE_P(Engines, MatchStoreTest,
                         ::testing::Values(Engine::kMemory, Engine::kSqlite, Engine::kPostgres), EngineName);

TEST_P(MatchStoreTest, KeepsEveryField) {
  MatchRecord match{.id = "m1",
                    .game_id = "arena",
                    .region = 7,
                    .started_at = kNoon + milliseconds(1),
                    .finished_at = kNoon + milliseconds(60'002),
                    .end = MatchEnd::kHostLost,
                    .seats = {{.player_id = "ann",
                               .team_id = "red",
                               .alias = "place-1",
                               .joined_at = kNoon + milliseconds(1),
                               .left_at = kNoon + milliseconds(3),
                               .result = MatchResult::kWin,
                               .placement = 1},
                              {.player_id = "bob",
                               .team_id = {},
                               .alias = {},
                               .joined_at = kNoon + milliseconds(5),
                               .left_at = {},
                               .result = MatchResult::kDraw,
                               .placement = 2}}};
  const auto made = store().CreateMatch(match);
  ASSERT_TRUE(made.ok()) << made.status();
  match.version = 1;
  EXPECT_EQ(*made, match);
  EXPECT_EQ(store().FindMatch("m1").value(), match);
  EXPECT_EQ(store().FindMatchByAlias("place-1").value(), match);
  EXPECT_EQ(store().ListMatches("bob", "arena", {}, 10).value(), std::vector<MatchRecord>{match});
}

TEST_P(MatchStoreTest, TakesAnIdOnceAndSaysWhatIsMissing) {
  const MatchRecord match = Add("m1", {"ann"});
  EXPECT_EQ(store().CreateMatch(match).status().code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(store().FindMatch("m2").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().FindMatchByAlias("place-2").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store().FindMatchByAlias("").status().code(), StatusCode::kNotFound);
  MatchRecord other = match;
  other.id = "m2";
  EXPECT_EQ(store().UpdateMatch(other).status().code(), StatusCode::kNotFound);
}

TEST_P(MatchStoreTest, ReplacesTheVersionThatWasReadOnly) {
  MatchRecord match = Add("m1", {"ann", "bob"});
  match.seats = {SeatOf("bob", "place-b")};
  match.finished_at = kNoon + seconds(9);
  match.end = MatchEnd::kFinished;
  const auto closed = store().UpdateMatch(match);
  ASSERT_TRUE(closed.ok()) << closed.status();
  EXPECT_EQ(closed->version, 2);
  EXPECT_EQ(store().FindMatch("m1").value(), *closed);
  EXPECT_EQ(List("ann"), "");
  EXPECT_EQ(List("bob"), "m1 ");
  EXPECT_EQ(store().UpdateMatch(match).status().code(), StatusCode::kAborted);
}

// However many instances see the end, one of them closes it.
TEST_P(MatchStoreTest, OneOfManyWritersAtOnceSucceeds) {
  const MatchRecord open = Add("m1", {"ann"});
  std::atomic<int> closed = 0;
  AllAtOnce(8, [&](std::size_t) {
    MatchRecord match = open;
    match.finished_at = kNoon + seconds(5);
    const auto updated = store().UpdateMatch(match);
    if (updated.ok()) ++closed;
    EXPECT_TRUE(updated.ok() || updated.status().code() == StatusCode::kAborted) << updated.status();
  });
  EXPECT_EQ(closed, 1);
}

TEST_P(MatchStoreTest, ListsWhatIsOverByPlayerAndGameNewestEndFirst) {
  Add("open", {"ann"});
  Add("m1", {"ann", "bob"}, 30);
  Add("m2", {"ann"}, 10);
  Add("m3", {"ann", "ann"}, 20, "chess");
  Add("m4", {"bob"}, 40);
  EXPECT_EQ(List("ann"), "m1 m3 m2 ");
  EXPECT_EQ(List("ann", "arena"), "m1 m2 ");
  EXPECT_EQ(List("ann", "chess"), "m3 ");
  EXPECT_EQ(List("ann", "go"), "");
  EXPECT_EQ(List("eve"), "");
}

TEST_P(MatchStoreTest, GoesOnBehindAPositionAndSplitsTiesById) {
  for (const char* id : {"a", "b", "c"}) Add(id, {"ann"}, 10);
  Add("d", {"ann"}, 5);
  EXPECT_EQ(List("ann", "", 2), "c b ");
  EXPECT_EQ(List("ann", "", 2, game::MatchPosition{kNoon + seconds(10), "b"}), "a d ");
  EXPECT_EQ(List("ann", "", 2, game::MatchPosition{kNoon + seconds(5), "d"}), "");
}

TEST_P(MatchStoreTest, ListsWhatIsOpenByPage) {
  for (const char* id : {"b", "a", "d"}) Add(id, {"ann"});
  Add("c", {"ann"}, 1);
  ASSERT_TRUE(store().MarkTold("c").ok());
  EXPECT_EQ(store().ListOpen("", 2).value(), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(store().ListOpen("b", 2).value(), std::vector<std::string>{"d"});
}

TEST_P(MatchStoreTest, ListsWhatIsOverAsOpenUntilItIsTold) {
  const MatchRecord made = Add("made", {"ann"}, 1);
  MatchRecord match = Add("m1", {"ann"});
  match.finished_at = kNoon + seconds(9);
  match.is_told = true;  // Not by this.
  const MatchRecord closed = store().UpdateMatch(match).value();
  EXPECT_FALSE(made.is_told);
  EXPECT_FALSE(store().FindMatch("m1")->is_told);
  EXPECT_EQ(store().ListOpen("", 10).value(), (std::vector<std::string>{"m1", "made"}));
  EXPECT_EQ(List("ann"), "m1 made ") << "those who played see that it is over";
  for (int again = 0; again < 2; ++again) ASSERT_TRUE(store().MarkTold("m1").ok());
  EXPECT_TRUE(store().MarkTold("m2").ok()) << "it may be gone";
  EXPECT_TRUE(store().FindMatch("m1")->is_told);
  EXPECT_TRUE(store().ListMatches("ann", "", {}, 1)->front().is_told);
  EXPECT_EQ(store().ListOpen("", 10).value(), std::vector<std::string>{"made"});
  MatchRecord later = closed;
  later.is_told = false;
  ASSERT_TRUE(store().UpdateMatch(later).ok()) << "its version is that of its content";
  EXPECT_TRUE(store().FindMatch("m1")->is_told);
}

TEST_P(MatchStoreTest, ForgetsWhoSomebodyWasAndNothingElse) {
  Add("m1", {"ann", "bob"}, 10);
  MatchRecord second = Add("m2", {"bob"}, 20);
  Add("m3", {"ann"}, 30);
  second.seats = {SeatOf("bob"), SeatOf("ann", "place-a")};
  ASSERT_TRUE(store().UpdateMatch(second).ok());
  int turns = 1;
  while (store().ErasePlayer("ann", 2).value()) ++turns;
  EXPECT_EQ(turns, 2);
  EXPECT_EQ(List("ann"), "");
  EXPECT_EQ(List("bob"), "m2 m1 ");
  EXPECT_EQ(store().FindMatchByAlias("place-a").status().code(), StatusCode::kNotFound);
  const MatchRecord left = store().FindMatch("m2").value();
  ASSERT_EQ(left.seats.size(), 2U);
  EXPECT_EQ(left.seats[1].player_id, "");
  EXPECT_EQ(left.seats[1].alias, "");
  EXPECT_EQ(left.seats[1].team_id, "0");
  EXPECT_EQ(left.version, 3);  // So that nobody writes the name back who read it before.
}

TEST_P(MatchStoreTest, ForgetsWhatEndedLongAgo) {
  Add("open", {"ann"});
  for (int i = 1; i <= 3; ++i) {
    Add("m" + std::to_string(i), {"ann"}, i);
    ASSERT_TRUE(store().MarkTold("m" + std::to_string(i)).ok());
  }
  Add("untold", {"bob"}, 0);
  const game::Sweep sweep{.now = kNoon + seconds(62), .keep = seconds(60), .limit = 2};
  while (store().Purge(sweep).value()) continue;
  EXPECT_EQ(List("ann"), "m3 ");
  EXPECT_EQ(store().FindMatch("m2").status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(store().FindMatch("open").ok());
  EXPECT_EQ(List("bob"), "untold ");
}

}  // namespace
}  // namespace oofgg::storage
