#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class PlayerFacadeTest : public GameRoomTest {
 protected:
  PlayerFacade& players() { return room_->players(); }
  static Player Named(std::string username, std::string id = {}) {
    Player player;
    player.id = std::move(id);
    player.username = std::move(username);
    return player;
  }
  static GetPlayerRequest Id(std::string id) {
    GetPlayerRequest request;
    request.id = std::move(id);
    return request;
  }
};

TEST_F(PlayerFacadeTest, CreatesTheCallersProfileAndBelievesNeitherScoreNorRole) {
  Player wanted = Named("Ann", "ann");
  wanted.email = "ann@example.org";
  wanted.team = "red";
  wanted.score = 1'000'000;
  wanted.role = "admin";
  wanted.is_inactive = true;
  const auto made = players().CreatePlayer(As("ann"), wanted);
  ASSERT_TRUE(made.ok()) << made.status();
  EXPECT_EQ(made->id, "ann");
  EXPECT_EQ(made->username, "Ann");
  EXPECT_EQ(made->email, "ann@example.org");
  EXPECT_EQ(made->team, "red");
  EXPECT_EQ(made->score, 0);
  EXPECT_EQ(made->role, "");
  EXPECT_FALSE(made->is_inactive);
}

TEST_F(PlayerFacadeTest, CreatingAgainGivesTheProfileAsItIs) {
  ASSERT_TRUE(players().CreatePlayer(As("ann"), Named("Ann")).ok());
  const auto again = players().CreatePlayer(As("ann"), Named("Bob"));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->username, "Ann");
}

TEST_F(PlayerFacadeTest, TheFirstCallThatNeedsAProfileMakesItAndCreateNamesIt) {
  EXPECT_EQ(players().GetPlayer(As("ann"), {})->username, "ann");
  EXPECT_EQ(players().CreatePlayer(As("ann"), Named("Ann"))->username, "Ann");
  EXPECT_EQ(players().GetPlayer(As("bob"), Id("ann"))->username, "Ann");
  EXPECT_EQ(players().EnsurePlayer("cid", "Cid")->username, "Cid");
  EXPECT_EQ(players().EnsurePlayer("cid", "Other")->username, "Cid");
}

TEST_F(PlayerFacadeTest, TheEmailIsItsOwnersOnly) {
  Player wanted = Named("Ann");
  wanted.email = "ann@example.org";
  ASSERT_TRUE(players().CreatePlayer(As("ann"), wanted).ok());
  EXPECT_EQ(players().GetPlayer(As("ann"), {})->email, "ann@example.org");
  EXPECT_EQ(players().GetPlayer(As("bob"), Id("ann"))->email, "");
  EXPECT_EQ(players().GetPlayer(As("root", "admin"), Id("ann"))->email, "");
}

TEST_F(PlayerFacadeTest, UpdatesWhatIsNamedAndLeavesTheRest) {
  Player wanted = Named("Ann");
  wanted.team = "red";
  ASSERT_TRUE(players().CreatePlayer(As("ann"), wanted).ok());
  UpdatePlayerRequest update;
  update.is_ai = true;
  EXPECT_EQ(players().UpdatePlayer(As("ann"), update)->team, "red");
  update.is_ai.reset();
  update.team = "";
  const auto updated = players().UpdatePlayer(As("ann"), update);
  EXPECT_EQ(updated->team, "");
  EXPECT_TRUE(updated->is_ai);
  EXPECT_EQ(updated->username, "Ann");
}

TEST_F(PlayerFacadeTest, OnlyAnAdminSetsARole) {
  UpdatePlayerRequest update;
  update.id = "ann";
  update.role = "captain";
  EXPECT_THAT(players().UpdatePlayer(As("ann"), update).status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(players().UpdatePlayer(As("root", "admin"), update).status(), HasCode(StatusCode::kNotFound));
  ASSERT_TRUE(players().GetPlayer(As("ann"), {}).ok());
  EXPECT_EQ(players().UpdatePlayer(As("root", "admin"), update)->role, "captain");
}

TEST_F(PlayerFacadeTest, Refusals) {
  UpdatePlayerRequest of_ann;
  of_ann.id = "ann";
  EXPECT_THAT(players().CreatePlayer(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(players().GetPlayer(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(players().UpdatePlayer(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(players().CreatePlayer(As("eve"), Named("Ann", "ann")).status(),
              HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(players().UpdatePlayer(As("eve"), of_ann).status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(players().GetPlayer(As("eve"), Id("nobody")).status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(players().GetPlayer(As("eve"), Id("a/b")).status()), "id");
  EXPECT_EQ(FieldOf(players().GetPlayer(As("eve"), Id(std::string(500, 'x'))).status()), "id");
}

TEST_F(PlayerFacadeTest, MalformedFieldsAreNamed) {
  const auto create = [&](auto change) {
    Player player = Named("Ann");
    change(player);
    return FieldOf(players().CreatePlayer(As("ann"), player).status());
  };
  for (const char* bad : {"ab", "has space", "ümlaut", "a\nb"}) {
    EXPECT_EQ(create([&](Player& p) { p.username = bad; }), "username") << bad;
  }
  EXPECT_EQ(create([](Player& p) { p.username = std::string(33, 'x'); }), "username");
  for (const char* bad : {"nobody", "@host", "name@", "a@\x01"}) {
    EXPECT_EQ(create([&](Player& p) { p.email = bad; }), "email") << bad;
  }
  EXPECT_EQ(create([](Player& p) { p.email = std::string(300, 'x') + "@h"; }), "email");
  EXPECT_EQ(create([](Player& p) { p.team = "\xff"; }), "team");
  EXPECT_EQ(create([](Player& p) { p.team = std::string(101, 'x'); }), "team");
  UpdatePlayerRequest update;
  update.team = std::string(101, 'x');
  EXPECT_EQ(FieldOf(players().UpdatePlayer(As("ann"), update).status()), "team");
  EXPECT_THAT(player_store_.FindPlayer("ann").status(), HasCode(StatusCode::kNotFound));
}

}  // namespace
}  // namespace oofgg::game
