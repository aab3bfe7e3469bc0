#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class SessionFacadeTest : public GameRoomTest {
 protected:
  SessionFacade& sessions() { return room_->sessions(); }
  static CreateSessionRequest Request() {
    CreateSessionRequest request;
    request.game_id = "arena";
    return request;
  }
  StatusOr<Sessions> Get(const CallContext& context, std::string id, std::string game_id = {}) {
    GetSessionRequest request;
    request.id = std::move(id);
    request.game_id = std::move(game_id);
    return sessions().GetSession(context, request);
  }
};

TEST_F(SessionFacadeTest, CreatesASessionOfTheNamedPlayers) {
  CreateSessionRequest request = Request();
  request.user_ids = {"bob", "ann"};
  request.state = SessionState::kWaiting;
  request.attributes = {{"map", std::string("desert")}, {"bots", std::int32_t{2}}};
  request.region = 4;
  request.data = "{}";
  const auto made = sessions().CreateSession(As("ann"), request);
  ASSERT_TRUE(made.ok()) << made.status();
  const auto found = Get(As("bob"), made->id);
  ASSERT_TRUE(found.ok()) << found.status();
  ASSERT_EQ(found->sessions.size(), 1u);
  const Session& session = found->sessions[0];
  EXPECT_EQ(session.id, made->id);
  EXPECT_EQ(session.game_id, "arena");
  EXPECT_EQ(session.user_ids, request.user_ids);
  EXPECT_EQ(session.state, SessionState::kWaiting);
  EXPECT_EQ(session.attributes, request.attributes);
  EXPECT_EQ(session.region, 4);
  EXPECT_EQ(session.data, "{}");
}

TEST_F(SessionFacadeTest, WithoutPlayersItIsTheCallersAlone) {
  EXPECT_EQ(sessions().CreateSession(As("ann"), Request())->user_ids, std::vector<std::string>{"ann"});
}

TEST_F(SessionFacadeTest, ARepeatedKeyMakesOneSession) {
  const auto first = sessions().CreateSession(As("ann", "user", "k"), Request());
  const auto again = sessions().CreateSession(As("ann", "user", "k"), Request());
  EXPECT_EQ(again->id, first->id);
  CreateSessionRequest other = Request();
  other.attributes = {{"a", true}};
  EXPECT_EQ(FieldOf(sessions().CreateSession(As("ann", "user", "k"), other).status()), "idempotency-key");
}

TEST_F(SessionFacadeTest, OpenSessionsAreForAllToSeeStartedOnesForTheirMembers) {
  const Session session = MakeSession({"ann"});
  EXPECT_TRUE(Get(As("bob"), session.id).ok());
  EXPECT_EQ(Get(As("bob"), "", "arena")->sessions.size(), 1u);
  SessionRecord record = *session_store_.FindSession(session.id);
  record.state = SessionState::kStarted;
  ASSERT_TRUE(session_store_.UpdateSession(record).ok());
  EXPECT_THAT(Get(As("bob"), session.id).status(), HasCode(StatusCode::kPermissionDenied));
  JoinLeaveRequest join;
  join.game_id = "arena";
  join.session_id = session.id;
  EXPECT_EQ(ReasonOf(sessions().JoinLeave(As("bob"), join).status()), "SESSION_CLOSED");
  EXPECT_TRUE(Get(As("bob"), "", "arena")->sessions.empty());
  EXPECT_TRUE(Get(As("ann"), session.id).ok());
  EXPECT_EQ(Get(As("ann"), "", "arena")->sessions.size(), 1u);
  EXPECT_TRUE(Get(As("server", "service"), session.id).ok());
}

TEST_F(SessionFacadeTest, AGameMayLimitItsSessions) {
  Game chess;
  chess.id = "chess";
  chess.name = "Chess";
  chess.max_sessions = 1;
  ASSERT_TRUE(room_->games().EnsureGame(chess).ok());
  CreateSessionRequest request = Request();
  request.game_id = "chess";
  ASSERT_TRUE(sessions().CreateSession(As("ann"), request).ok());
  EXPECT_THAT(sessions().CreateSession(As("bob"), request).status(), HasCode(StatusCode::kResourceExhausted));
}

TEST_F(SessionFacadeTest, WhatHasEndedIsForgottenADayAfterItWasNoticed) {
  const CallContext keyed = As("ann", "user", "key");
  const auto made = sessions().CreateSession(keyed, Request());
  ASSERT_TRUE(made.ok()) << made.status();
  const Session live = MakeSession({"bob"});
  SessionRecord ended = *session_store_.FindSession(made->id);
  ended.state = SessionState::kFinished;
  ASSERT_TRUE(session_store_.UpdateSession(ended).ok());
  ASSERT_TRUE(room_->PurgeEnded().ok());
  clock_.Advance(std::chrono::hours(24) - std::chrono::milliseconds(1));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_EQ(sessions().CreateSession(keyed, Request())->id, made->id);
  clock_.Advance(std::chrono::milliseconds(1));
  ASSERT_TRUE(room_->PurgeEnded().ok());
  EXPECT_THAT(Get(As("ann"), made->id).status(), HasCode(StatusCode::kNotFound));
  EXPECT_TRUE(Get(As("bob"), live.id).ok());
  EXPECT_NE(sessions().CreateSession(keyed, Request())->id, made->id);
}

TEST_F(SessionFacadeTest, Refusals) {
  const auto create = [&](auto change) {
    CreateSessionRequest request = Request();
    request.user_ids = {"ann"};
    change(request);
    return sessions().CreateSession(As("ann"), request).status();
  };
  using R = CreateSessionRequest;
  EXPECT_THAT(sessions().CreateSession(Nobody(), Request()).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(create([](R& r) { r.user_ids = {"bob"}; }), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(create([](R& r) { r.game_id = "no-such"; }), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(create([](R& r) { r.game_id = ""; })), "game_id");
  EXPECT_EQ(FieldOf(create([](R& r) { r.user_ids = {"ann", "b b"}; })), "user_ids");
  EXPECT_EQ(FieldOf(create([](R& r) { r.user_ids = {"ann", "bob", "ann"}; })), "user_ids");
  EXPECT_EQ(FieldOf(create([](R& r) { r.user_ids = {"ann", "b", "c", "d", "e"}; })), "user_ids");
  EXPECT_EQ(FieldOf(create([](R& r) { r.state = SessionState::kStarted; })), "state");
  EXPECT_EQ(FieldOf(create([](R& r) { r.state = SessionState::kQueued; })), "state");
  EXPECT_EQ(FieldOf(create([](R& r) { r.region = 99; })), "region");
  EXPECT_EQ(FieldOf(create([](R& r) { r.data = std::string(65'537, 'x'); })), "data");
  EXPECT_EQ(FieldOf(create([](R& r) { r.attributes[""] = true; })), "attributes.key");
  for (const std::string reserved : {"address", "join_ticket", "match_id", "error"}) {
    EXPECT_EQ(FieldOf(create([&](R& r) { r.attributes[reserved] = std::string("evil:1"); })),
              "attributes." + reserved);
  }
  EXPECT_THAT(Get(Nobody(), "x").status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(Get(As("ann"), "no-such").status(), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(Get(As("ann"), "a/b").status()), "id");
  EXPECT_EQ(FieldOf(Get(As("ann"), "").status()), "id");
  EXPECT_EQ(FieldOf(Get(As("ann"), "", "a b").status()), "game_id");
  EXPECT_THAT(Get(As("ann"), "", "no-such").status(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Get(As("ann"), MakeSession({"ann"}).id, "chess").status(), HasCode(StatusCode::kNotFound));
}

}  // namespace
}  // namespace oofgg::game
