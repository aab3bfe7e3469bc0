#include <algorithm>
#include <chrono>
#include <limits>
#include <thread>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class ScoreFacadeTest : public GameRoomTest {
 protected:
  ScoreFacade& scores() { return room_->scores(); }
  static ScoreSubmission Submission(std::int64_t value, std::string player = {}) {
    ScoreSubmission submission;
    submission.game_id = "arena";
    submission.value = value;
    submission.player_id = std::move(player);
    return submission;
  }
  void Submit(const std::string& player, std::int64_t value) {
    const auto entry = scores().SubmitScore(As(player), Submission(value));
    ASSERT_TRUE(entry.ok()) << entry.status();
  }
  static LeaderboardRequest Board() {
    LeaderboardRequest request;
    request.game_id = "arena";
    return request;
  }
  std::string Listed(const LeaderboardRequest& request) {
    const auto board = scores().GetLeaderboard(As("anyone"), request);
    EXPECT_TRUE(board.ok()) << board.status();
    std::string text;
    for (const LeaderboardEntry& entry : board.value_or(Leaderboard()).entries) {
      text += std::to_string(entry.rank) + ":" + entry.score.player_id + "=" +
              std::to_string(entry.score.value) + " ";
    }
    return text;
  }
};

TEST_F(ScoreFacadeTest, StoresAScoreAndTellsTheRank) {
  Player ann;
  ann.username = "Ann";
  ASSERT_TRUE(room_->players().CreatePlayer(As("ann"), ann).ok());
  Submit("bob", 50);
  ScoreSubmission submission = Submission(30);
  submission.instance_id = "m1";
  submission.metadata = {{"weapon", "bow"}};
  const auto entry = scores().SubmitScore(As("ann"), submission);
  ASSERT_TRUE(entry.ok()) << entry.status();
  EXPECT_EQ(entry->rank, 2);
  EXPECT_EQ(entry->player_name, "Ann");
  EXPECT_EQ(entry->score.player_id, "ann");
  EXPECT_EQ(entry->score.score_type, "default");
  EXPECT_EQ(entry->score.created_at, clock_.WallNow());
  EXPECT_EQ(entry->score.metadata, submission.metadata);
  ASSERT_EQ(log_.records.size(), 2u);
  EXPECT_EQ(log_.records[1].kind, "score.submitted");
  EXPECT_EQ(log_.records[1].key, "ann");
  EXPECT_EQ(log_.records[1].id, entry->score.id);
}

TEST_F(ScoreFacadeTest, NothingIsStoredThatCouldNotBeRecorded) {
  log_.room = MakeStatus(StatusCode::kUnavailable, "the spool is full");
  EXPECT_EQ(scores().SubmitScore(As("ann"), Submission(30)).status(), log_.room);
  EXPECT_EQ(*score_store_.CountScores("ann", ""), 0);
  log_.room = {};
  EXPECT_TRUE(scores().SubmitScore(As("ann"), Submission(30)).ok());
}

TEST_F(ScoreFacadeTest, ARepeatedKeyCountsOnce) {
  const auto first = scores().SubmitScore(As("ann", "user", "k"), Submission(30));
  const auto again = scores().SubmitScore(As("ann", "user", "k"), Submission(30));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->score.id, first->score.id);
  EXPECT_EQ(*score_store_.CountScores("ann", ""), 1);
  // The first call may have died before it was recorded; readers drop the second by its id.
  ASSERT_EQ(log_.records.size(), 2u);
  EXPECT_EQ(log_.records[0].id, first->score.id);
  EXPECT_EQ(log_.records[1].id, first->score.id);
  EXPECT_EQ(FieldOf(scores().SubmitScore(As("ann", "user", "k"), Submission(31)).status()),
            "idempotency-key");
}

TEST_F(ScoreFacadeTest, TheLeaderboardHasEveryPlayersBestTheEarlierOfEqualsFirst) {
  Submit("ann", 10);
  Submit("bob", 30);
  Submit("cid", 30);
  Submit("ann", 40);
  Submit("ann", 20);
  Submit("dan", 30);
  Submit("bob", 30);  // As good as before: keeps the place of the earlier one.
  EXPECT_EQ(Listed(Board()), "1:ann=40 2:bob=30 3:cid=30 4:dan=30 ");
  const auto board = scores().GetLeaderboard(As("x"), Board());
  EXPECT_EQ(board->time_period, "all_time");
  EXPECT_EQ(board->score_type, "default");
  EXPECT_EQ(board->last_updated, clock_.WallNow());
  EXPECT_EQ(board->next_cursor, "");
  EXPECT_EQ(board->entries[1].player_name, "bob");
}

TEST_F(ScoreFacadeTest, PagesStayTogetherWhileTheListChanges) {
  for (int i = 0; i < 6; ++i) Submit("p" + std::to_string(i), 100 - i);
  LeaderboardRequest request = Board();
  request.limit = 2;
  EXPECT_EQ(Listed(request), "1:p0=100 2:p1=99 ");
  request.cursor = scores().GetLeaderboard(As("x"), request)->next_cursor;
  Submit("new", 1'000);  // Pushes everybody down one rank.
  EXPECT_EQ(Listed(request), "4:p2=98 5:p3=97 ");
  request.cursor = scores().GetLeaderboard(As("x"), request)->next_cursor;
  EXPECT_EQ(Listed(request), "6:p4=96 7:p5=95 ");
  EXPECT_EQ(scores().GetLeaderboard(As("x"), request)->next_cursor, "");
}

TEST_F(ScoreFacadeTest, TellsTheRanksOfFriends) {
  for (int i = 0; i < 5; ++i) Submit("p" + std::to_string(i), 100 - i);
  LeaderboardRequest request = Board();
  request.player_ids = {"p4", "unknown", "p1"};
  EXPECT_EQ(Listed(request), "2:p1=99 5:p4=96 ");
}

TEST_F(ScoreFacadeTest, TypesAndGamesAreListsOfTheirOwn) {
  Submit("ann", 10);
  ScoreSubmission kills = Submission(3);
  kills.score_type = "kills";
  ASSERT_TRUE(scores().SubmitScore(As("bob"), kills).ok());
  EXPECT_EQ(Listed(Board()), "1:ann=10 ");
  LeaderboardRequest request = Board();
  request.score_type = "kills";
  EXPECT_EQ(Listed(request), "1:bob=3 ");
  request.score_type = "deaths";
  EXPECT_EQ(Listed(request), "");
}

TEST_F(ScoreFacadeTest, APlayersRank) {
  Submit("ann", 10);
  Submit("bob", 30);
  PlayerRankRequest request;
  request.game_id = "arena";
  const auto own = scores().GetPlayerRank(As("ann"), request);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->player_id, "ann");
  EXPECT_EQ(own->rank, 2);
  EXPECT_EQ(own->score_value, 10);
  EXPECT_EQ(own->total_players, 2);
  request.player_id = "bob";
  EXPECT_EQ(scores().GetPlayerRank(As("ann"), request)->rank, 1);
  request.player_id = "cid";
  EXPECT_THAT(scores().GetPlayerRank(As("ann"), request).status(), HasCode(StatusCode::kNotFound));
}

TEST_F(ScoreFacadeTest, APlayersScoresNewestFirst) {
  for (int i = 0; i < 5; ++i) Submit("ann", i);
  PlayerScoresRequest request;
  request.game_id = "arena";
  request.player_id = "ann";
  request.limit = 2;
  std::string seen;
  do {
    const auto page = scores().GetPlayerScores(As("bob"), request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_EQ(page->total_count, 5);
    for (const Score& score : page->scores) seen += std::to_string(score.value) + " ";
    request.cursor = page->next_cursor;
  } while (!request.cursor.empty());
  EXPECT_EQ(seen, "4 3 2 1 0 ");
  EXPECT_EQ(scores().GetPlayerScores(As("ann"), {})->scores.size(), 5u);
}

// The clock stands at 2030-01-01, a Tuesday, 00:00 UTC.
TEST_F(ScoreFacadeTest, EachPeriodHasAListOfItsOwn) {
  const auto listed = [this](std::string period) {
    LeaderboardRequest request = Board();
    request.time_period = std::move(period);
    EXPECT_EQ(scores().GetLeaderboard(As("x"), request)->time_period,
              request.time_period.empty() ? "all_time" : request.time_period);
    return Listed(request);
  };
  Submit("ann", 90);
  clock_.Advance(std::chrono::hours(24));
  Submit("ann", 70);
  Submit("bob", 80);
  for (const std::string same : {"", "all_time", "weekly", "monthly"}) {
    EXPECT_EQ(listed(same), "1:ann=90 2:bob=80 ") << same;
  }
  EXPECT_EQ(listed("daily"), "1:bob=80 2:ann=70 ");
  clock_.Advance(std::chrono::hours(24 * 5));  // Monday.
  Submit("cid", 1);
  Restart();
  EXPECT_EQ(listed("daily"), "1:cid=1 ");
  EXPECT_EQ(listed("weekly"), "1:cid=1 ");
  EXPECT_EQ(listed("monthly"), "1:ann=90 2:bob=80 3:cid=1 ");
  clock_.Advance(std::chrono::hours(24 * 25));  // February.
  EXPECT_EQ(listed("monthly"), "");
  EXPECT_EQ(listed("all_time"), "1:ann=90 2:bob=80 3:cid=1 ");
}

TEST_F(ScoreFacadeTest, ARankIsThatOfThePeriod) {
  Submit("ann", 90);
  clock_.Advance(std::chrono::hours(24));
  Submit("ann", 5);
  Submit("bob", 9);
  PlayerRankRequest request;
  request.game_id = "arena";
  request.time_period = "daily";
  const auto daily = scores().GetPlayerRank(As("ann"), request);
  ASSERT_TRUE(daily.ok()) << daily.status();
  EXPECT_EQ(daily->rank, 2);
  EXPECT_EQ(daily->score_value, 5);
  EXPECT_EQ(daily->time_period, "daily");
  request.time_period = "";
  EXPECT_EQ(scores().GetPlayerRank(As("ann"), request)->rank, 1);
  EXPECT_EQ(scores().GetPlayerRank(As("ann"), request)->time_period, "all_time");
  clock_.Advance(std::chrono::hours(24));
  request.time_period = "daily";
  EXPECT_THAT(scores().GetPlayerRank(As("ann"), request).status(), HasCode(StatusCode::kNotFound));
}

TEST_F(ScoreFacadeTest, ThePageAroundAPlayerGoesOnBelow) {
  for (int i = 0; i < 9; ++i) Submit("p" + std::to_string(i), 100 - i);
  LeaderboardRequest request = Board();
  request.around_player_id = "p4";
  request.limit = 3;
  EXPECT_EQ(Listed(request), "4:p3=97 5:p4=96 6:p5=95 ");
  request.cursor = scores().GetLeaderboard(As("x"), request)->next_cursor;
  request.around_player_id = "";
  EXPECT_EQ(Listed(request), "7:p6=94 8:p7=93 9:p8=92 ");
  EXPECT_EQ(scores().GetLeaderboard(As("x"), request)->next_cursor, "");
  request.around_player_id = "p4";
  EXPECT_EQ(FieldOf(scores().GetLeaderboard(As("x"), request).status()), "around_player_id");
  request.cursor = "";
  request.player_ids = {"p1"};
  EXPECT_EQ(FieldOf(scores().GetLeaderboard(As("x"), request).status()), "around_player_id");
  request.player_ids = {};
  request.around_player_id = "nobody";
  EXPECT_THAT(scores().GetLeaderboard(As("x"), request).status(), HasCode(StatusCode::kNotFound));
}

TEST_F(ScoreFacadeTest, ACursorOfYesterdaysListIsRefused) {
  for (int i = 0; i < 3; ++i) Submit("p" + std::to_string(i), 100 - i);
  LeaderboardRequest request = Board();
  request.time_period = "daily";
  request.limit = 1;
  request.cursor = scores().GetLeaderboard(As("x"), request)->next_cursor;
  EXPECT_EQ(Listed(request), "2:p1=99 ");
  clock_.Advance(std::chrono::hours(24));
  for (int i = 0; i < 3; ++i) Submit("p" + std::to_string(i), 100 - i);
  const Status status = scores().GetLeaderboard(As("x"), request).status();
  EXPECT_EQ(FieldOf(status), "cursor");
  EXPECT_NE(status.message().find("has ended"), std::string::npos) << status;
  request.time_period = "weekly";
  EXPECT_EQ(FieldOf(scores().GetLeaderboard(As("x"), request).status()), "cursor") << "of another list";
}

class ScoreRuleTest : public ScoreFacadeTest {
 protected:
  ScoreRuleTest() {
    Game race;
    race.id = "race";
    race.name = "Race";
    race.score_rules = {
        {"laps", {.order = ScoreOrder::kAscending, .min_value = 1, .max_value = 600}},
        {"elo", {.keep = ScoreKeep::kLast, .source = ScoreSource::kServer}},
        {"coins", {.keep = ScoreKeep::kSum}},
    };
    options_.operators_games.push_back(race);
    Restart();
  }

  Status SubmitTo(const std::string& type, const CallContext& context, const std::string& player,
                  std::int64_t value) {
    ScoreSubmission submission = Submission(value, player);
    submission.game_id = "race";
    submission.score_type = type;
    return scores().SubmitScore(context, submission).status();
  }
  std::string ListedOf(const std::string& type) {
    LeaderboardRequest request;
    request.game_id = "race";
    request.score_type = type;
    return Listed(request);
  }
};

TEST_F(ScoreRuleTest, TheLowestMayBeTheBest) {
  for (const auto& [player, value] :
       {std::pair("ann", 70), {"bob", 60}, {"ann", 65}, {"cid", 60}, {"ann", 99}}) {
    ASSERT_TRUE(SubmitTo("laps", As(player), player, value).ok());
  }
  EXPECT_EQ(ListedOf("laps"), "1:bob=60 2:cid=60 3:ann=65 ");
  Restart();
  EXPECT_EQ(ListedOf("laps"), "1:bob=60 2:cid=60 3:ann=65 ");
}

TEST_F(ScoreRuleTest, TheLastCountsAndASumStandsWhereItWasReached) {
  const CallContext server = As("server", "service");
  for (const auto& [player, value] : {std::pair("ann", 70), {"bob", 60}, {"ann", 50}, {"bob", 50}}) {
    ASSERT_TRUE(SubmitTo("elo", server, player, value).ok());
    ASSERT_TRUE(SubmitTo("coins", As(player), player, value).ok());
  }
  EXPECT_EQ(ListedOf("elo"), "1:ann=50 2:bob=50 ");
  EXPECT_EQ(ListedOf("coins"), "1:ann=120 2:bob=110 ");
  ASSERT_TRUE(SubmitTo("coins", As("bob"), "bob", 10).ok());
  EXPECT_EQ(ListedOf("coins"), "1:ann=120 2:bob=120 ") << "ann reached it first";
  Restart();
  EXPECT_EQ(ListedOf("elo"), "1:ann=50 2:bob=50 ");
  EXPECT_EQ(ListedOf("coins"), "1:ann=120 2:bob=120 ");
}

TEST_F(ScoreRuleTest, ARepeatedContributionIsSummedOnce) {
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(SubmitTo("coins", As("ann", "user", "k"), "ann", 5).ok());
  EXPECT_EQ(ListedOf("coins"), "1:ann=5 ");
}

TEST_F(ScoreRuleTest, WhereOnlyServersMayPlayersMayNot) {
  EXPECT_THAT(SubmitTo("elo", As("ann"), "ann", 1), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(SubmitTo("elo", As("ann", "developer"), "ann", 1), HasCode(StatusCode::kPermissionDenied));
  CallContext other = As("server", "service");
  other.caller->game_id = "arena";
  EXPECT_THAT(SubmitTo("elo", other, "ann", 1), HasCode(StatusCode::kPermissionDenied));
  CallContext own = As("server", "service");
  own.caller->game_id = "race";
  EXPECT_TRUE(SubmitTo("elo", own, "ann", 1).ok());
  EXPECT_TRUE(SubmitTo("elo", As("root", "admin"), "ann", 2).ok());
  EXPECT_EQ(ListedOf("elo"), "1:ann=2 ");
}

TEST_F(ScoreRuleTest, ValuesOutOfTheRulesRangeAreRefused) {
  for (const std::int64_t value : {0, 601, -1}) {
    const Status status = SubmitTo("laps", As("ann"), "ann", value);
    EXPECT_EQ(FieldOf(status), "value");
    EXPECT_NE(status.message().find("1 to 600"), std::string::npos) << status;
  }
  EXPECT_TRUE(SubmitTo("laps", As("ann"), "ann", 1).ok());
  EXPECT_TRUE(SubmitTo("laps", As("bob"), "bob", 600).ok());
  EXPECT_EQ(*score_store_.CountScores("ann", ""), 1);
}

TEST_F(ScoreRuleTest, ASumThatWouldOverflowIsRefused) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  ASSERT_TRUE(SubmitTo("coins", As("ann"), "ann", kMost).ok());
  EXPECT_THAT(SubmitTo("coins", As("ann"), "ann", 1), HasCode(StatusCode::kOutOfRange));
  EXPECT_TRUE(SubmitTo("coins", As("ann"), "ann", -1).ok());
  EXPECT_EQ(ListedOf("coins"), "1:ann=" + std::to_string(kMost - 1) + " ");
}

TEST_F(ScoreFacadeTest, ARestartRebuildsTheLists) {
  Submit("ann", 10);
  Submit("bob", 30);
  Submit("cid", 30);
  const std::string before = Listed(Board());
  const WallTime updated = scores().GetLeaderboard(As("x"), Board())->last_updated;
  clock_.Advance(std::chrono::hours(1));
  Restart();
  EXPECT_EQ(Listed(Board()), before);
  EXPECT_EQ(scores().GetLeaderboard(As("x"), Board())->last_updated, updated);
  Submit("dan", 30);
  EXPECT_EQ(Listed(Board()), "1:bob=30 2:cid=30 3:dan=30 4:ann=10 ");
}

TEST_F(ScoreFacadeTest, OnlyServersSubmitForOthers) {
  EXPECT_THAT(scores().SubmitScore(As("eve"), Submission(1, "ann")).status(),
              HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(scores().SubmitScore(As("eve", "developer"), Submission(1, "ann")).status(),
              HasCode(StatusCode::kPermissionDenied));
  EXPECT_TRUE(scores().SubmitScore(As("server", "service"), Submission(1, "ann")).ok());
  EXPECT_TRUE(scores().SubmitScore(As("ann"), Submission(2, "ann")).ok());
  EXPECT_EQ(Listed(Board()), "1:ann=2 ");
}

TEST_F(ScoreFacadeTest, AGamesScoreTypesAreBounded) {
  options_.max_score_types = 2;
  Restart();
  const auto submit = [&](std::string type) {
    ScoreSubmission submission = Submission(1);
    submission.score_type = std::move(type);
    return scores().SubmitScore(As("ann"), submission).status();
  };
  EXPECT_TRUE(submit("a").ok());
  EXPECT_TRUE(submit("b").ok());
  EXPECT_THAT(submit("c"), HasCode(StatusCode::kResourceExhausted));
  EXPECT_TRUE(submit("a").ok());
}

TEST_F(ScoreFacadeTest, Refusals) {
  const auto submit = [&](auto change) {
    ScoreSubmission submission = Submission(1);
    change(submission);
    return scores().SubmitScore(As("ann"), submission).status();
  };
  using S = ScoreSubmission;
  EXPECT_THAT(scores().SubmitScore(Nobody(), Submission(1)).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(scores().GetLeaderboard(Nobody(), Board()).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(scores().GetPlayerScores(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(scores().GetPlayerRank(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_EQ(FieldOf(submit([](S& s) { s.game_id = ""; })), "game_id");
  EXPECT_THAT(submit([](S& s) { s.game_id = "no-such"; }), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(submit([](S& s) { s.instance_id = "a b"; })), "instance_id");
  EXPECT_EQ(FieldOf(submit([](S& s) { s.score_type = "a b"; })), "score_type");
  EXPECT_EQ(FieldOf(submit([](S& s) { s.score_type = std::string(129, 'x'); })), "score_type");
  EXPECT_EQ(FieldOf(submit([](S& s) { s.metadata[""] = "x"; })), "metadata.key");
  EXPECT_EQ(FieldOf(submit([](S& s) { s.metadata["a"] = std::string(1'025, 'x'); })), "metadata.a");
  EXPECT_EQ(FieldOf(submit([](S& s) {
              for (int i = 0; i < 33; ++i) s.metadata[std::to_string(i)] = "x";
            })),
            "metadata");
  EXPECT_EQ(*score_store_.CountScores("ann", ""), 0);

  const auto board = [&](auto change) {
    LeaderboardRequest request = Board();
    change(request);
    return scores().GetLeaderboard(As("ann"), request).status();
  };
  using B = LeaderboardRequest;
  EXPECT_EQ(FieldOf(board([](B& b) { b.game_id = ""; })), "game_id");
  EXPECT_THAT(board([](B& b) { b.game_id = "no-such"; }), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(board([](B& b) { b.time_period = "hourly"; })), "time_period");
  EXPECT_EQ(FieldOf(board([](B& b) { b.limit = 101; })), "limit");
  EXPECT_EQ(FieldOf(board([](B& b) { b.cursor = "AAAA"; })), "cursor");
  EXPECT_EQ(FieldOf(board([](B& b) { b.player_ids.assign(101, "p"); })), "player_ids");
  EXPECT_EQ(FieldOf(board([](B& b) { b.player_ids = {"a b"}; })), "player_ids");
  EXPECT_EQ(FieldOf(board([](B& b) { b.score_type = "a/b"; })), "score_type");

  PlayerScoresRequest list;
  list.player_id = "a b";
  EXPECT_EQ(FieldOf(scores().GetPlayerScores(As("ann"), list).status()), "player_id");
  list.player_id = "";
  list.cursor = "AAAA";
  EXPECT_EQ(FieldOf(scores().GetPlayerScores(As("ann"), list).status()), "cursor");
  list.cursor = "";
  list.game_id = "no-such";
  EXPECT_THAT(scores().GetPlayerScores(As("ann"), list).status(), HasCode(StatusCode::kNotFound));
  PlayerRankRequest rank;
  EXPECT_EQ(FieldOf(scores().GetPlayerRank(As("ann"), rank).status()), "game_id");
  rank.game_id = "no-such";
  EXPECT_THAT(scores().GetPlayerRank(As("ann"), rank).status(), HasCode(StatusCode::kNotFound));
}

TEST_F(ScoreFacadeTest, SimultaneousSubmissionsEndInTheSameList) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (int i = 0; i < 50; ++i) {
        const std::string player = "p" + std::to_string(i % 10);
        EXPECT_TRUE(scores().SubmitScore(As(player), Submission((i * 7 + t * 13) % 40)).ok());
      }
    });
  }
  for (auto& thread : threads) thread.join();
  const std::string live = Listed(Board());
  Restart();
  EXPECT_EQ(Listed(Board()), live);
}

}  // namespace
}  // namespace oofgg::game
