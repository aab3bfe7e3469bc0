#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class GameFacadeTest : public GameRoomTest {
 protected:
  GameFacade& games() { return room_->games(); }
  static CreateGameRequest Named(std::string name) {
    CreateGameRequest request;
    request.name = std::move(name);
    return request;
  }
  static GetGameRequest Id(std::string id) {
    GetGameRequest request;
    request.id = std::move(id);
    return request;
  }
};

TEST_F(GameFacadeTest, CreatesAGameThatOthersCanGet) {
  CreateGameRequest request = Named("Chess");
  request.description = "Two players,\none board";
  request.data = "{}";
  const auto made = games().CreateGame(As("ann"), request);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->owner_id, "ann");
  const auto found = games().GetGame(As("bob"), Id(made->id));
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->games.size(), 1u);
  EXPECT_EQ(found->games[0].name, "Chess");
  EXPECT_EQ(found->games[0].description, request.description);
  EXPECT_EQ(found->games[0].data, "{}");
  ASSERT_EQ(log_.records.size(), 1u);
  EXPECT_EQ(log_.records[0].kind, "game.created");
}

TEST_F(GameFacadeTest, NoGameIsMadeThatCouldNotBeRecorded) {
  log_.room = MakeStatus(StatusCode::kUnavailable, "the spool is full");
  EXPECT_EQ(games().CreateGame(As("ann", "user", "key-1"), Named("Chess")).status(), log_.room);
  log_.room = {};
  EXPECT_TRUE(games().CreateGame(As("ann", "user", "key-1"), Named("Chess")).ok());
}

TEST_F(GameFacadeTest, ARepeatedKeyMakesOneGame) {
  const auto first = games().CreateGame(As("ann", "user", "key-1"), Named("Chess"));
  const auto again = games().CreateGame(As("ann", "user", "key-1"), Named("Chess"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, first->id);
  // The first call may have died before it was recorded; readers drop the second by its id.
  ASSERT_EQ(log_.records.size(), 2u);
  EXPECT_EQ(log_.records[0].id, log_.records[1].id);
  EXPECT_EQ(FieldOf(games().CreateGame(As("ann", "user", "key-1"), Named("Go")).status()), "idempotency-key");
  EXPECT_NE(games().CreateGame(As("bob", "user", "key-1"), Named("Chess"))->id, first->id);
}

TEST_F(GameFacadeTest, AUserHasAQuotaAndAnAdminNone) {
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(games().CreateGame(As("ann"), Named("Chess")).ok());
  EXPECT_THAT(games().CreateGame(As("ann"), Named("Chess")).status(),
              HasCode(StatusCode::kResourceExhausted));
  EXPECT_TRUE(games().CreateGame(As("bob"), Named("Chess")).ok());
  for (int i = 0; i < 11; ++i) ASSERT_TRUE(games().CreateGame(As("root", "admin"), Named("Chess")).ok());
}

TEST_F(GameFacadeTest, PagesThroughAllGames) {
  for (int i = 0; i < 7; ++i) {
    ASSERT_TRUE(games().CreateGame(As("ann"), Named("g" + std::to_string(i))).ok());
  }
  std::string seen;
  GetGameRequest request;
  request.limit = 3;
  int pages = 0;
  do {
    const auto page = games().GetGame(As("bob"), request);
    ASSERT_TRUE(page.ok()) << page.status();
    EXPECT_LE(page->games.size(), 3u);
    for (const Game& game : page->games) seen += game.name + " ";
    request.cursor = page->next_cursor;
    ++pages;
  } while (!request.cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(seen,
            "g0 g1 g2 g3 g4 g5 g6 Arena ");  // In the order of ids: those made here begin with the time.
}

TEST_F(GameFacadeTest, TheOperatorsGamesAreThereAfterEveryStart) {
  Restart();
  EXPECT_EQ(games().GetGame(As("ann"), Id("arena"))->games[0].name, "Arena");
  Game bad;
  bad.id = "a b";
  EXPECT_THAT(games().EnsureGame(bad), HasCode(StatusCode::kInvalidArgument));
}

TEST_F(GameFacadeTest, Refusals) {
  const auto create = [&](auto change) {
    CreateGameRequest request = Named("Chess");
    change(request);
    return FieldOf(games().CreateGame(As("ann"), request).status());
  };
  using R = CreateGameRequest;
  EXPECT_THAT(games().CreateGame(Nobody(), Named("x")).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(games().GetGame(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_EQ(create([](R& r) { r.name = ""; }), "name");
  EXPECT_EQ(create([](R& r) { r.name = std::string(101, 'x'); }), "name");
  EXPECT_EQ(create([](R& r) { r.name = "\x01"; }), "name");
  EXPECT_EQ(create([](R& r) { r.description = std::string(4097, 'x'); }), "description");
  EXPECT_EQ(create([](R& r) { r.data = std::string(65'537, 'x'); }), "data");
  EXPECT_EQ(create([](R& r) { r.data = "\xff"; }), "data");
  EXPECT_EQ(FieldOf(games().CreateGame(As("ann", "user", "bad key"), Named("x")).status()),
            "idempotency-key");
  EXPECT_EQ(FieldOf(games().CreateGame(As("ann", "user", std::string(129, 'k')), Named("x")).status()),
            "idempotency-key");
  EXPECT_THAT(games().GetGame(As("ann"), Id("no-such")).status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(games().GetGame(As("ann"), Id("a/b")).status()), "id");
  GetGameRequest page;
  page.limit = -1;
  EXPECT_EQ(FieldOf(games().GetGame(As("ann"), page).status()), "limit");
  page.limit = 101;
  EXPECT_EQ(FieldOf(games().GetGame(As("ann"), page).status()), "limit");
  page.limit = 1;
  page.cursor = "made up";
  EXPECT_EQ(FieldOf(games().GetGame(As("ann"), page).status()), "cursor");
}

TEST_F(GameFacadeTest, MadeWithEverythingThatAGameHas) {
  CreateGameRequest request = Named("Chess");
  request.short_description = "short";
  request.image_url = "https://example.org/chess.png";
  request.max_sessions = 100;
  request.max_players_per_session = 2;
  request.score_rules["elo"] = {.keep = ScoreKeep::kLast, .source = ScoreSource::kServer};
  const auto made = games().CreateGame(As("ann", "user", "k"), request);
  ASSERT_TRUE(made.ok()) << made.status();
  const Game game = games().GetGame(As("bob"), Id(made->id))->games[0];
  EXPECT_EQ(game.short_description, "short");
  EXPECT_EQ(game.image_url, request.image_url);
  EXPECT_EQ(game.max_sessions, 100u);
  EXPECT_EQ(game.max_players_per_session, 2u);
  EXPECT_EQ(game.score_rules, request.score_rules);
  EXPECT_EQ(game.version, 1);
  request.max_sessions = 101;
  EXPECT_EQ(FieldOf(games().CreateGame(As("ann", "user", "k"), request).status()), "idempotency-key");
}

class UpdateGameTest : public GameFacadeTest {
 protected:
  UpdateGameTest() {
    CreateGameRequest request = Named("Chess");
    request.description = "slow";
    request.score_rules["elo"] = {.keep = ScoreKeep::kLast};
    game_ = *games().CreateGame(As("ann"), request);
  }
  [[nodiscard]] UpdateGameRequest Update() const {
    UpdateGameRequest request;
    request.id = game_.id;
    return request;
  }
  Game game_;
};

TEST_F(UpdateGameTest, ChangesWhatIsNamedAndNothingElse) {
  UpdateGameRequest request = Update();
  request.name = "Fast chess";
  request.max_players_per_session = 2;
  const auto updated = games().UpdateGame(As("ann"), request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->name, "Fast chess");
  EXPECT_EQ(updated->description, "slow");
  EXPECT_EQ(updated->max_players_per_session, 2u);
  EXPECT_EQ(updated->version, 2);
  request = Update();
  request.description = "";
  EXPECT_EQ(games().UpdateGame(As("root", "admin"), request)->description, "");
}

TEST_F(UpdateGameTest, OfTwoWritersOnOneVersionTheSecondIsTold) {
  UpdateGameRequest request = Update();
  request.version = game_.version;
  request.name = "First";
  EXPECT_TRUE(games().UpdateGame(As("ann"), request).ok());
  request.name = "Second";
  EXPECT_THAT(games().UpdateGame(As("root", "admin"), request).status(), HasCode(StatusCode::kAborted));
  EXPECT_EQ(games().GetGame(As("ann"), Id(game_.id))->games[0].name, "First");
}

TEST_F(UpdateGameTest, HowAScoreTypeRanksIsFixedOnceItHasScores) {
  const auto update = [&](ScoreRules rules) {
    UpdateGameRequest request = Update();
    request.score_rules = std::move(rules);
    return games().UpdateGame(As("ann"), request).status();
  };
  EXPECT_TRUE(update({{"elo", {.keep = ScoreKeep::kSum}}}).ok());
  ScoreSubmission score;
  score.game_id = game_.id;
  score.score_type = "elo";
  ASSERT_TRUE(room_->scores().SubmitScore(As("bob"), score).ok());
  score.score_type = "laps";
  ASSERT_TRUE(room_->scores().SubmitScore(As("bob"), score).ok());
  EXPECT_TRUE(
      update({{"elo", {.keep = ScoreKeep::kSum, .min_value = 0}}}).ok());  // What is taken may change.
  EXPECT_EQ(ReasonOf(update({{"elo", {.keep = ScoreKeep::kBest}}})), "SCORE_RULE_FIXED");
  EXPECT_EQ(ReasonOf(update({})), "SCORE_RULE_FIXED");
  EXPECT_EQ(
      ReasonOf(update({{"elo", {.keep = ScoreKeep::kSum}}, {"laps", {.order = ScoreOrder::kAscending}}})),
      "SCORE_RULE_FIXED");
  Restart();
  EXPECT_EQ(ReasonOf(update({})), "SCORE_RULE_FIXED");
}

TEST_F(UpdateGameTest, Refusals) {
  EXPECT_THAT(games().UpdateGame(Nobody(), Update()).status(), HasCode(StatusCode::kUnauthenticated));
  for (const char* role : {"user", "developer", "service"}) {
    EXPECT_THAT(games().UpdateGame(As("eve", role), Update()).status(),
                HasCode(StatusCode::kPermissionDenied));
  }
  UpdateGameRequest operators = Update();
  operators.id = "arena";
  EXPECT_THAT(games().UpdateGame(As(""), operators).status(), HasCode(StatusCode::kPermissionDenied));
  operators.id = "nothing";
  EXPECT_THAT(games().UpdateGame(As("ann"), operators).status(), HasCode(StatusCode::kNotFound));
  const auto update = [&](auto change) {
    UpdateGameRequest request = Update();
    change(request);
    return FieldOf(games().UpdateGame(As("ann"), request).status());
  };
  using R = UpdateGameRequest;
  EXPECT_EQ(update([](R& r) { r.id = "a b"; }), "id");
  EXPECT_EQ(update([](R& r) { r.version = -1; }), "version");
  EXPECT_EQ(update([](R& r) { r.name = ""; }), "name");
  EXPECT_EQ(update([](R& r) { r.description = std::string(4097, 'x'); }), "description");
  EXPECT_EQ(update([](R& r) { r.short_description = std::string(101, 'x'); }), "short_description");
  EXPECT_EQ(update([](R& r) { r.image_url = "javascript:alert(1)"; }), "image_url");
  EXPECT_EQ(update([](R& r) { r.data = "\xff"; }), "data");
  EXPECT_EQ(update([](R& r) { r.max_players_per_session = 1001; }), "max_players_per_session");
  EXPECT_EQ(update([](R& r) {
              r.score_rules = ScoreRules{{"elo", {.keep = ScoreKeep::kLast, .min_value = 1, .max_value = 0}}};
            }),
            "score_rules.elo.min_value");
}

class TrendingTest : public GameFacadeTest {
 protected:
  std::string Trending(std::int32_t limit = 0) {
    std::string names;
    TrendingGamesRequest request{.limit = limit, .cursor = {}};
    do {
      const auto page = games().TrendingGames(As("eve"), request);
      EXPECT_TRUE(page.ok()) << page.status();
      if (!page.ok()) break;
      for (const Game& game : page->games) names += game.name + " ";
      request.cursor = page->next_cursor;
    } while (!request.cursor.empty());
    return names;
  }
  std::string Make(const std::string& name) { return games().CreateGame(As("ann"), Named(name))->id; }
  void Play(const std::string& game_id, const std::vector<std::string>& players) {
    CreateSessionRequest request;
    request.game_id = game_id;
    request.user_ids = players;
    ASSERT_TRUE(room_->sessions().CreateSession(As(players.front()), request).ok());
  }
};

TEST_F(TrendingTest, TheMostJoinedComeFirstAndUnplayedOnesNot) {
  const std::string chess = Make("Chess");
  const std::string go = Make("Go");
  Make("Ludo");
  Play(go, {"ann"});
  Play(chess, {"ann", "bob"});
  EXPECT_EQ(Trending(), "Chess Go ");
  JoinLeaveRequest queue;
  queue.game_id = "arena";
  for (const char* player : {"ann", "bob", "cid"}) {
    ASSERT_TRUE(room_->sessions().JoinLeave(As(player), queue).ok());
    ASSERT_TRUE(room_->sessions().JoinLeave(As(player), queue).ok());  // Waits already.
  }
  EXPECT_EQ(Trending(1), "Arena Chess Go ");
}

TEST_F(TrendingTest, OldJoinsCountForLess) {
  const std::string chess = Make("Chess");
  const std::string go = Make("Go");
  Play(chess, {"ann", "bob", "cid"});
  clock_.Advance(std::chrono::hours(12));
  Play(go, {"ann"});
  EXPECT_EQ(Trending(), "Go Chess ");  // 3 / 4 of a join is left.
}

TEST_F(TrendingTest, SurvivesARestart) {
  Play(Make("Chess"), {"ann"});
  ASSERT_TRUE(room_->PurgeEnded().ok());
  Restart();
  EXPECT_EQ(Trending(), "Chess ");
}

TEST_F(TrendingTest, Refusals) {
  EXPECT_THAT(games().TrendingGames(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_EQ(FieldOf(games().TrendingGames(As("ann"), {.limit = 101, .cursor = {}}).status()), "limit");
  EXPECT_EQ(FieldOf(games().TrendingGames(As("ann"), {.limit = 1, .cursor = "x"}).status()), "cursor");
}

}  // namespace
}  // namespace oofgg::game
