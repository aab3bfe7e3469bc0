#include <thread>

#include "game/session_state.h"
#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class SessionChangesTest : public GameRoomTest {
 protected:
  SessionFacade& sessions() { return room_->sessions(); }
  [[nodiscard]] UpdateSessionRequest Update() const {
    UpdateSessionRequest request;
    request.id = session_.id;
    return request;
  }
  [[nodiscard]] UpdateSessionRequest To(SessionState state) const {
    UpdateSessionRequest request = Update();
    request.state = state;
    return request;
  }
  StatusOr<Session> Delete(const CallContext& context) {
    return sessions().DeleteSession(context, {.id = session_.id, .game_id = {}});
  }
  Session Now() {
    GetSessionRequest get;
    get.id = session_.id;
    const auto found = sessions().GetSession(As("root", "admin"), get);
    EXPECT_TRUE(found.ok()) << found.status();
    return found.ok() ? found->sessions.front() : Session();
  }
  static JoinLeaveRequest Leaving(const std::string& session) {
    JoinLeaveRequest leave;
    leave.game_id = "arena";
    leave.action = JoinLeaveAction::kLeave;
    leave.session_id = session;
    return leave;
  }

  Session session_ = MakeSession({"ann", "bob"});
};

TEST_F(SessionChangesTest, ChangesWhatIsNamedAndNothingElse) {
  UpdateSessionRequest request = Update();
  request.attributes = {{"map", std::string("desert")}};
  ASSERT_TRUE(sessions().UpdateSession(As("ann"), request).ok());
  request = Update();
  request.attributes = {{"round", 2}};
  request.data = "{}";
  request.region = 4;
  const auto updated = sessions().UpdateSession(As("ann"), request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->attributes, (Attributes{{"map", std::string("desert")}, {"round", 2}}));
  EXPECT_EQ(updated->data, "{}");
  EXPECT_EQ(updated->region, 4);
  EXPECT_EQ(updated->state, SessionState::kCreated);
  EXPECT_EQ(updated->user_ids, session_.user_ids);
  EXPECT_EQ(updated->version, 3);
  EXPECT_EQ(updated->host_id, "ann");

  request = Update();
  request.attributes = {{"round", 3}};
  request.replace_attributes = true;
  EXPECT_EQ(sessions().UpdateSession(As("ann"), request)->attributes, (Attributes{{"round", 3}}));
}

TEST_F(SessionChangesTest, NothingToChangeIsNoNewVersionAndNoEvent) {
  auto bob = OpenOn("bob", session_.id);
  EXPECT_EQ(sessions().UpdateSession(As("ann"), To(SessionState::kCreated))->version, 1);
  EXPECT_EQ(bob.Read(), "");
}

TEST_F(SessionChangesTest, OfTwoWritersOnOneVersionTheSecondIsTold) {
  UpdateSessionRequest first = Update();
  first.version = session_.version;
  first.data = "ann's";
  UpdateSessionRequest second = first;
  second.data = "server's";
  EXPECT_TRUE(sessions().UpdateSession(As("ann"), first).ok());
  const auto refused = sessions().UpdateSession(As("server", "service"), second);
  EXPECT_THAT(refused.status(), HasCode(StatusCode::kAborted));
  EXPECT_EQ(Now().data, "ann's");
  second.version = Now().version;
  EXPECT_TRUE(sessions().UpdateSession(As("server", "service"), second).ok());
}

TEST_F(SessionChangesTest, WritersWhoNameNoVersionAllCount) {
  constexpr int kWriters = 4;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      UpdateSessionRequest request = Update();
      request.attributes = {{"k" + std::to_string(i), i}};
      EXPECT_TRUE(sessions().UpdateSession(As("ann"), request).ok());
    });
  }
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(Now().attributes.size(), 4u);
}

TEST_F(SessionChangesTest, WhoMayAndWhoMayNot) {
  EXPECT_TRUE(sessions().UpdateSession(As("ann"), To(SessionState::kWaiting)).ok());
  EXPECT_TRUE(sessions().UpdateSession(As("root", "admin"), To(SessionState::kStarted)).ok());
  EXPECT_TRUE(sessions().UpdateSession(As("server", "service"), To(SessionState::kPaused)).ok());
  for (const char* other : {"bob", "eve"}) {
    EXPECT_THAT(sessions().UpdateSession(As(other), To(SessionState::kStarted)).status(),
                HasCode(StatusCode::kPermissionDenied));
    EXPECT_THAT(Delete(As(other)).status(), HasCode(StatusCode::kPermissionDenied));
  }
  EXPECT_THAT(sessions().UpdateSession(Nobody(), Update()).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(Delete(Nobody()).status(), HasCode(StatusCode::kUnauthenticated));
  CallContext chess = As("chess", "service");
  chess.caller->game_id = "chess";
  EXPECT_THAT(Delete(chess).status(), HasCode(StatusCode::kPermissionDenied));
}

TEST_F(SessionChangesTest, StatesFollowEachOtherAsTheMachineSays) {
  using enum SessionState;
  const std::map<SessionState, std::string> allowed = {
      {kCreated, "0 1 2 3 4 "}, {kWaiting, "1 2 3 4 "}, {kStarted, "2 3 4 5 "}, {kFinished, "3 4 "},
      {kDeleted, "4 "},         {kPaused, "2 3 4 5 "},  {kQueued, "6 "}};
  for (const auto& [from, expected] : allowed) {
    std::string to;
    for (int state = 0; state <= 6; ++state) {
      if (CheckTransition(from, static_cast<SessionState>(state)).ok()) to += std::to_string(state) + " ";
    }
    EXPECT_EQ(to, expected) << NameOf(from);
  }
  ASSERT_TRUE(sessions().UpdateSession(As("ann"), To(kFinished)).ok());
  EXPECT_EQ(ReasonOf(sessions().UpdateSession(As("ann"), To(kStarted)).status()), "STATE_TRANSITION");
}

TEST_F(SessionChangesTest, MembersCanBeTakenOutAndAdded) {
  auto bob = OpenOn("bob", session_.id);
  auto ann = OpenOn("ann", session_.id);
  UpdateSessionRequest request = Update();
  request.user_ids = {"ann", "cid"};
  const auto updated = sessions().UpdateSession(As("ann"), request);
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->user_ids, *request.user_ids);
  EXPECT_EQ(ann.Read(), "left joined session ");
  EXPECT_EQ(bob.Read(), "");
  EXPECT_EQ(ReasonOf(bob.Ended()), "LEFT_SESSION");

  request.user_ids = {"bob", "cid"};  // The host goes: who was there longest is host.
  EXPECT_EQ(sessions().UpdateSession(As("ann"), request)->host_id, "bob");
  request.user_ids = {"a", "b", "c", "d", "e"};
  EXPECT_EQ(ReasonOf(sessions().UpdateSession(As("bob"), request).status()), "SESSION_FULL");
  request.user_ids = {"a", "a"};
  EXPECT_EQ(FieldOf(sessions().UpdateSession(As("bob"), request).status()), "user_ids");
  request.user_ids = std::vector<std::string>();
  EXPECT_EQ(sessions().UpdateSession(As("bob"), request)->state, SessionState::kFinished);
}

TEST_F(SessionChangesTest, EverybodyOnTheStreamHearsOfAChangeAndOfTheEnd) {
  auto bob = OpenOn("bob", session_.id);
  ASSERT_TRUE(sessions().UpdateSession(As("ann"), To(SessionState::kStarted)).ok());
  const auto told = bob.Next();
  ASSERT_TRUE(told.has_value()) << bob.Ended();
  EXPECT_EQ(told->name, "session");
  EXPECT_EQ(told->type, EventType::kSystem);
  EXPECT_EQ(
      told->attributes,
      (Attributes{{"host_id", std::string("ann")}, {"state", std::string("STATE_STARTED")}, {"version", 2}}));
  ASSERT_TRUE(sessions().UpdateSession(As("ann"), To(SessionState::kFinished)).ok());
  EXPECT_EQ(bob.Read(), "session ");
  EXPECT_EQ(ReasonOf(bob.Ended()), "SESSION_OVER");
  EXPECT_EQ(ReasonOf(OpenOn("bob", session_.id).Ended()), "SESSION_OVER");
}

TEST_F(SessionChangesTest, ADeletedSessionEndsItsStreamsAndStaysDeleted) {
  auto bob = OpenOn("bob", session_.id);
  const auto deleted = Delete(As("ann"));
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_EQ(deleted->state, SessionState::kDeleted);
  EXPECT_EQ(bob.Read(), "session ");
  EXPECT_EQ(ReasonOf(bob.Ended()), "SESSION_OVER");
  EXPECT_TRUE(Delete(As("ann")).ok());
  EXPECT_EQ(ReasonOf(sessions().UpdateSession(As("ann"), To(SessionState::kStarted)).status()),
            "STATE_TRANSITION");
  EXPECT_THAT(sessions().DeleteSession(As("ann"), {.id = "nothing", .game_id = {}}).status(),
              HasCode(StatusCode::kNotFound));
  EXPECT_THAT(sessions().DeleteSession(As("ann"), {.id = session_.id, .game_id = "chess"}).status(),
              HasCode(StatusCode::kNotFound));
}

TEST_F(SessionChangesTest, WhenTheHostLeavesTheNextMemberIsHost) {
  auto bob = OpenOn("bob", session_.id);
  ASSERT_TRUE(sessions().JoinLeave(As("ann"), Leaving(session_.id)).ok());
  EXPECT_EQ(Now().host_id, "bob");
  EXPECT_EQ(bob.Read(), "left session ");
  EXPECT_TRUE(sessions().UpdateSession(As("bob"), To(SessionState::kStarted)).ok());
  EXPECT_THAT(sessions().UpdateSession(As("ann"), To(SessionState::kPaused)).status(),
              HasCode(StatusCode::kPermissionDenied));
  ASSERT_TRUE(sessions().JoinLeave(As("bob"), Leaving(session_.id)).ok());
  EXPECT_EQ(Now().state, SessionState::kFinished);
}

TEST_F(SessionChangesTest, APlaceInTheQueueAndAMatchAreNotThePlayersToChange) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  session_.id = sessions().JoinLeave(As("cid"), join)->id;
  EXPECT_THAT(sessions().UpdateSession(As("cid"), Update()).status(),
              HasCode(StatusCode::kFailedPrecondition));
  EXPECT_THAT(Delete(As("cid")).status(), HasCode(StatusCode::kFailedPrecondition));
  maker_.Match("m1", {"cid"});
  EXPECT_THAT(Delete(As("cid")).status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_EQ(sessions()
                .UpdateSession(As("server", "service"), {.id = "m1", .state = SessionState::kFinished})
                ->state,
            SessionState::kFinished);
}

TEST_F(SessionChangesTest, Refusals) {
  const auto update = [&](auto change) {
    UpdateSessionRequest request = Update();
    change(request);
    return FieldOf(sessions().UpdateSession(As("ann"), request).status());
  };
  using R = UpdateSessionRequest;
  EXPECT_EQ(update([](R& r) { r.id.clear(); }), "id");
  EXPECT_EQ(update([](R& r) { r.game_id = "a b"; }), "game_id");
  EXPECT_EQ(update([](R& r) { r.version = -1; }), "version");
  EXPECT_EQ(update([](R& r) { r.state = SessionState::kQueued; }), "state");
  EXPECT_EQ(update([](R& r) { r.attributes["address"] = std::string("evil:1"); }), "attributes.address");
  EXPECT_EQ(update([](R& r) { r.region = 14; }), "region");
  EXPECT_EQ(update([](R& r) { r.data = std::string(65'537, 'x'); }), "data");
  EXPECT_EQ(update([](R& r) { r.user_ids = {"a b"}; }), "user_ids");
  for (int i = 0; i < 64; ++i) {
    UpdateSessionRequest request = Update();
    request.attributes = {{"k" + std::to_string(i), i}};
    ASSERT_TRUE(sessions().UpdateSession(As("ann"), request).ok());
  }
  EXPECT_EQ(update([](R& r) { r.attributes["one more"] = true; }), "attributes");
  UpdateSessionRequest missing = Update();
  missing.id = "nothing";
  EXPECT_THAT(sessions().UpdateSession(As("ann"), missing).status(), HasCode(StatusCode::kNotFound));
}

TEST_F(SessionChangesTest, WhatIsOverIsNotChangedAnyMore) {
  ASSERT_TRUE(Delete(As("ann")).ok());
  UpdateSessionRequest request = Update();
  request.user_ids = std::vector<std::string>();
  EXPECT_EQ(ReasonOf(sessions().UpdateSession(As("ann"), request).status()), "SESSION_OVER");
  ASSERT_TRUE(sessions().JoinLeave(As("bob"), Leaving(session_.id)).ok());
  ASSERT_TRUE(sessions().JoinLeave(As("ann"), Leaving(session_.id)).ok());
  EXPECT_EQ(Now().state, SessionState::kDeleted);
}

TEST_F(SessionChangesTest, AServersSessionStaysTheServers) {
  CreateSessionRequest create;
  create.game_id = "arena";
  create.user_ids = {"ann", "bob"};
  session_ = *sessions().CreateSession(As("server", "service"), create);
  UpdateSessionRequest request = Update();
  request.user_ids = {"bob", "cid"};
  EXPECT_EQ(sessions().UpdateSession(As("server", "service"), request)->host_id, "server");
}

TEST_F(SessionChangesTest, WhoMayNoLongerLookIsNotShownMore) {
  ASSERT_TRUE(sessions().UpdateSession(As("ann"), To(SessionState::kWaiting)).ok());
  const auto host = std::make_shared<FakeStreamHost>();
  const auto watch = sessions().WatchQueue(As("eve"), Session{.id = session_.id}, host);
  ASSERT_TRUE(watch.ok()) << watch.status();
  EXPECT_TRUE((*watch)->Next().has_value());  // Anybody could join yet.
  ASSERT_TRUE(sessions().UpdateSession(As("ann"), To(SessionState::kStarted)).ok());
  EXPECT_EQ((*watch)->Next(), std::nullopt);
  EXPECT_THAT(host->finished().value_or(Status()), HasCode(StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace oofgg::game
