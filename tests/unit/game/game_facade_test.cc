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

TEST_F(GameFacadeTest, ARepeatedKeyMakesOneGame) {
  const auto first = games().CreateGame(As("ann", "user", "key-1"), Named("Chess"));
  const auto again = games().CreateGame(As("ann", "user", "key-1"), Named("Chess"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(log_.records.size(), 1u);
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

}  // namespace
}  // namespace oofgg::game
