#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class EntityFacadeTest : public GameRoomTest {
 protected:
  EntityFacade& entities() { return room_->entities(); }
  [[nodiscard]] CreateEntityRequest Avatar(const std::string& player = {}) const {
    CreateEntityRequest request;
    request.session_id = session_.id;
    request.name = "avatar";
    request.type = "character";
    request.controller = EntityController::kPlayer;
    request.player_id = player;
    request.attributes = {{"hp", 10}};
    return request;
  }
  [[nodiscard]] CreateEntityRequest Door() const {
    CreateEntityRequest request = Avatar();
    request.name = "door";
    request.controller = EntityController::kServer;
    return request;
  }
  [[nodiscard]] UpdateEntityRequest Update(const std::string& id) const {
    UpdateEntityRequest request;
    request.id = id;
    request.session_id = session_.id;
    return request;
  }
  [[nodiscard]] DeleteEntityRequest Gone(const std::string& id) const {
    return {.id = id, .session_id = session_.id, .game_id = {}};
  }
  StatusOr<Entities> Get(const CallContext& context, const std::string& id = {}) {
    return entities().GetEntity(context, {.id = id, .session_id = session_.id, .game_id = {}});
  }
  const CallContext server_ = As("server", "service");
  Session session_ = MakeSession({"ann", "bob"});
};

TEST_F(EntityFacadeTest, AMembersOwnAndTheHosts) {
  const auto avatar = entities().CreateEntity(As("bob"), Avatar());
  ASSERT_TRUE(avatar.ok()) << avatar.status();
  EXPECT_EQ(avatar->player_id, "bob");
  EXPECT_EQ(avatar->game_id, "arena");
  EXPECT_EQ(avatar->session_id, session_.id);
  EXPECT_EQ(avatar->version, 1);
  const auto door = entities().CreateEntity(As("ann"), Door());
  ASSERT_TRUE(door.ok()) << door.status();
  const auto all = Get(As("bob"));
  ASSERT_TRUE(all.ok()) << all.status();
  EXPECT_EQ(all->entities, (std::vector<Entity>{*avatar, *door}));
  EXPECT_EQ(Get(server_, door->id)->entities, std::vector<Entity>{*door});
}

TEST_F(EntityFacadeTest, WhoMayWriteWhat) {
  const Entity avatar = *entities().CreateEntity(As("bob"), Avatar());
  const Entity door = *entities().CreateEntity(server_, Door());
  UpdateEntityRequest hit = Update(avatar.id);
  hit.attributes = {{"hp", 9}};
  UpdateEntityRequest open = Update(door.id);
  open.attributes = {{"open", true}};
  // The host speaks for what is nobody's, and for what is another's; a member for their own.
  EXPECT_TRUE(entities().UpdateEntity(As("bob"), hit).ok());
  EXPECT_TRUE(entities().UpdateEntity(As("ann"), open).ok());
  EXPECT_TRUE(entities().UpdateEntity(server_, hit).ok());
  EXPECT_THAT(entities().UpdateEntity(As("bob"), open).status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(entities().DeleteEntity(As("bob"), Gone(door.id)).status(),
              HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(entities().CreateEntity(As("bob"), Door()).status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(entities().CreateEntity(As("bob"), Avatar("ann")).status(),
              HasCode(StatusCode::kPermissionDenied));
  for (const char* stranger : {"eve", "dev"}) {
    EXPECT_THAT(Get(As(stranger)).status(), HasCode(StatusCode::kPermissionDenied));
    EXPECT_THAT(entities().UpdateEntity(As(stranger), hit).status(), HasCode(StatusCode::kPermissionDenied));
    EXPECT_THAT(entities().CreateEntity(As(stranger), Avatar()).status(),
                HasCode(StatusCode::kPermissionDenied));
  }
  CallContext chess = As("chess", "service");
  chess.caller->game_id = "chess";
  EXPECT_THAT(Get(chess).status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(Get(Nobody()).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(entities().CreateEntity(Nobody(), Avatar()).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(entities().UpdateEntity(Nobody(), hit).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(entities().DeleteEntity(Nobody(), Gone(door.id)).status(),
              HasCode(StatusCode::kUnauthenticated));
}

TEST_F(EntityFacadeTest, AttributesAreSetAndTakenAwayByKey) {
  const Entity made = *entities().CreateEntity(As("bob"), Avatar());
  UpdateEntityRequest request = Update(made.id);
  request.attributes = {{"x", 1.5F}};
  request.data = "{}";
  EXPECT_EQ(entities().UpdateEntity(As("bob"), request)->attributes, (Attributes{{"hp", 10}, {"x", 1.5F}}));
  request = Update(made.id);
  request.remove_attributes = {"hp", "never there"};
  const auto updated = entities().UpdateEntity(As("bob"), request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->attributes, (Attributes{{"x", 1.5F}}));
  EXPECT_EQ(updated->data, "{}");
  EXPECT_EQ(updated->version, 3);
}

TEST_F(EntityFacadeTest, OfTwoWritersOnOneVersionTheSecondIsTold) {
  const Entity made = *entities().CreateEntity(As("bob"), Avatar());
  UpdateEntityRequest first = Update(made.id);
  first.version = made.version;
  first.attributes = {{"hp", 9}};
  EXPECT_TRUE(entities().UpdateEntity(As("bob"), first).ok());
  EXPECT_THAT(entities().UpdateEntity(server_, first).status(), HasCode(StatusCode::kAborted));
}

TEST_F(EntityFacadeTest, EachChangeIsToldOnTheSessionsStream) {
  auto ann = OpenOn("ann", session_.id);
  const Entity made = *entities().CreateEntity(As("bob"), Avatar());
  UpdateEntityRequest request = Update(made.id);
  request.attributes = {{"hp", 9}};
  ASSERT_TRUE(entities().UpdateEntity(As("bob"), request).ok());
  ASSERT_TRUE(entities().UpdateEntity(As("bob"), request).ok());  // Nothing new.
  ASSERT_TRUE(entities().DeleteEntity(As("bob"), Gone(made.id)).ok());
  ASSERT_TRUE(entities().DeleteEntity(As("bob"), Gone(made.id)).ok());  // Gone already.
  std::string changes;
  while (const auto event = ann.Next()) {
    EXPECT_EQ(event->name, "entity");
    EXPECT_EQ(event->type, EventType::kSystem);
    EXPECT_EQ(std::get<std::string>(event->attributes.at("entity_id")), made.id);
    changes += std::get<std::string>(event->attributes.at("change")) + " ";
    if (std::get<std::int32_t>(event->attributes.at("version")) == 2 && changes == "created updated ") {
      EXPECT_EQ(event->data, R"({"attributes":{"hp":9},"controller":"PLAYER","id":")" + made.id +
                                 R"(","name":"avatar","player_id":"bob","type":"character","version":2})");
    }
  }
  EXPECT_EQ(changes, "created updated deleted ");
}

TEST_F(EntityFacadeTest, ARepeatedKeyMakesOneEntity) {
  auto ann = OpenOn("ann", session_.id);
  const auto first = entities().CreateEntity(As("bob", "user", "k"), Avatar());
  const auto again = entities().CreateEntity(As("bob", "user", "k"), Avatar());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(ann.Read(), "entity ");
  CreateEntityRequest other = Avatar();
  other.attributes = {{"hp", 11}};
  EXPECT_EQ(FieldOf(entities().CreateEntity(As("bob", "user", "k"), other).status()), "idempotency-key");
}

TEST_F(EntityFacadeTest, ASessionHoldsSoManyAndNoMore) {
  for (std::uint32_t i = 0; i < 256; ++i) ASSERT_TRUE(entities().CreateEntity(server_, Door()).ok());
  EXPECT_THAT(entities().CreateEntity(server_, Door()).status(), HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(Get(As("ann"))->entities.size(), 256u);
}

TEST_F(EntityFacadeTest, WhatAPlayerControlsGoesWithThem) {
  const Entity avatar = *entities().CreateEntity(As("bob"), Avatar());
  const Entity door = *entities().CreateEntity(As("ann"), Door());
  auto ann = OpenOn("ann", session_.id);
  JoinLeaveRequest leave;
  leave.game_id = "arena";
  leave.action = JoinLeaveAction::kLeave;
  leave.session_id = session_.id;
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), leave).ok());
  EXPECT_EQ(ann.Read(), "left entity ");
  EXPECT_EQ(Get(As("ann"))->entities, std::vector<Entity>{door});
}

TEST_F(EntityFacadeTest, OverIsOver) {
  const Entity door = *entities().CreateEntity(As("ann"), Door());
  ASSERT_TRUE(room_->sessions().DeleteSession(As("ann"), {.id = session_.id, .game_id = {}}).ok());
  EXPECT_EQ(ReasonOf(entities().UpdateEntity(As("ann"), Update(door.id)).status()), "SESSION_OVER");
  EXPECT_EQ(ReasonOf(Get(As("ann")).status()), "SESSION_OVER");
}

TEST_F(EntityFacadeTest, InAMatchItIsKnownByTheIdThatThePlayerKnows) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  session_.id = room_->sessions().JoinLeave(As("cid"), join)->id;
  ASSERT_TRUE(room_->sessions().JoinLeave(As("dan"), join).ok());
  maker_.Match("m1", {"cid", "dan"});
  const auto avatar = entities().CreateEntity(As("cid"), Avatar());
  ASSERT_TRUE(avatar.ok()) << avatar.status();
  EXPECT_EQ(avatar->session_id, session_.id);
  const std::string alias = std::exchange(session_.id, "m1");
  const auto seen = Get(As("dan"), avatar->id);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(seen->entities[0].session_id, "m1");
  session_.id = alias;
  EXPECT_THAT(Get(As("dan")).status(), HasCode(StatusCode::kNotFound));  // Somebody else's name for it.
}

TEST_F(EntityFacadeTest, Refusals) {
  const auto create = [&](auto change) {
    CreateEntityRequest request = Avatar();
    change(request);
    return FieldOf(entities().CreateEntity(As("ann"), request).status());
  };
  using R = CreateEntityRequest;
  EXPECT_EQ(create([](R& r) { r.session_id.clear(); }), "session_id");
  EXPECT_EQ(create([](R& r) { r.game_id = "a b"; }), "game_id");
  EXPECT_EQ(create([](R& r) { r.name = std::string(101, 'x'); }), "name");
  EXPECT_EQ(create([](R& r) { r.type = "\x01"; }), "type");
  EXPECT_EQ(create([](R& r) { r.player_id = "a b"; }), "player_id");
  EXPECT_EQ(create([](R& r) { r.player_id = "stranger"; }), "player_id");
  EXPECT_EQ(create([](R& r) { r.data = "\xff"; }), "data");
  EXPECT_EQ(create([](R& r) { r.data = std::string(9'000, 'x'); }), "attributes");
  EXPECT_EQ(create([](R& r) { r.attributes["x"] = std::string(5'000, 'x'); }), "attributes.x");
  EXPECT_EQ(create([](R& r) {
              r.controller = EntityController::kServer;
              r.player_id = "ann";
            }),
            "player_id");
  const Entity made = *entities().CreateEntity(As("ann"), Avatar());
  UpdateEntityRequest update = Update(made.id);
  update.version = -1;
  EXPECT_EQ(FieldOf(entities().UpdateEntity(As("ann"), update).status()), "version");
  update = Update("");
  EXPECT_EQ(FieldOf(entities().UpdateEntity(As("ann"), update).status()), "id");
  update = Update(made.id);
  update.data = std::string(9'000, 'x');
  EXPECT_EQ(FieldOf(entities().UpdateEntity(As("ann"), update).status()), "attributes");
  EXPECT_THAT(entities().UpdateEntity(As("ann"), Update("nothing")).status(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Get(As("ann"), "nothing").status(), HasCode(StatusCode::kNotFound));
  session_.id = "nothing";
  EXPECT_THAT(Get(As("ann")).status(), HasCode(StatusCode::kNotFound));
}

}  // namespace
}  // namespace oofgg::game
