#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

class JoinLeaveTest : public GameRoomTest {
 protected:
  static JoinLeaveRequest Request(JoinLeaveAction action, std::string session = {}) {
    JoinLeaveRequest request;
    request.game_id = "arena";
    request.action = action;
    request.session_id = std::move(session);
    return request;
  }
  StatusOr<Session> Join(const std::string& player, std::string session = {}) {
    return room_->sessions().JoinLeave(As(player), Request(JoinLeaveAction::kJoin, std::move(session)));
  }
  StatusOr<Session> Leave(const std::string& player, std::string session = {}) {
    return room_->sessions().JoinLeave(As(player), Request(JoinLeaveAction::kLeave, std::move(session)));
  }
  StatusOr<Session> Get(const std::string& player, const std::string& id) {
    GetSessionRequest request;
    request.id = id;
    auto found = room_->sessions().GetSession(As(player), request);
    if (!found.ok()) return found.status();
    return found->sessions.at(0);
  }

  struct Watch {
    std::shared_ptr<FakeStreamHost> host = std::make_shared<FakeStreamHost>();
    StreamHandlerPtr<Session, Session> handler;
  };
  Watch WatchQueue(const std::string& player, const std::string& id) {
    Watch watch;
    Session request;
    request.id = id;
    auto handler = room_->sessions().WatchQueue(As(player), request, watch.host);
    EXPECT_TRUE(handler.ok()) << handler.status();
    watch.handler = *std::move(handler);
    return watch;
  }
  static std::string Text(const Session& session, const std::string& key) {
    const auto found = session.attributes.find(key);
    return found == session.attributes.end() ? "" : std::get<std::string>(found->second);
  }
  Ticket Changed(const std::string& player, TicketState state) {
    Ticket ticket;
    ticket.id = maker_.TicketOf(player);
    ticket.state = state;
    return ticket;
  }
};

TEST_F(JoinLeaveTest, JoinQueuesAndAnswersASessionThatCanBeWatched) {
  const auto session = Join("ann");
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(session->state, SessionState::kQueued);
  EXPECT_EQ(session->user_ids, std::vector<std::string>{"ann"});
  ASSERT_EQ(maker_.entries.size(), 1u);
  EXPECT_EQ(maker_.entries[0].game_id, "arena");
  EXPECT_EQ(maker_.entries[0].player_id, "ann");
  ASSERT_EQ(maker_.watchers.size(), 1u);
  EXPECT_EQ(maker_.watchers[0].bearer_token, "token of ann");

  Watch watch = WatchQueue("ann", session->id);
  EXPECT_EQ(watch.handler->Next()->state, SessionState::kQueued);
  EXPECT_EQ(watch.handler->Next(), std::nullopt);
}

TEST_F(JoinLeaveTest, JoiningAgainIsTheSamePlace) {
  const auto first = Join("ann");
  const auto again = Join("ann");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->id, first->id);
  EXPECT_EQ(maker_.entries.size(), 1u);
  EXPECT_EQ(maker_.live_watches(), 1u);
}

TEST_F(JoinLeaveTest, WhenMatchedThePlaceBecomesThePlayersAliasOfTheMatch) {
  const std::string ann = Join("ann")->id;
  const std::string bob = Join("bob")->id;
  Watch watch = WatchQueue("ann", ann);
  EXPECT_EQ(watch.handler->Next()->state, SessionState::kQueued);
  const int wakes = watch.host->wakes();
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_GT(watch.host->wakes(), wakes);

  const auto started = watch.handler->Next();
  ASSERT_TRUE(started.has_value());
  EXPECT_EQ(started->id, ann);
  EXPECT_EQ(started->state, SessionState::kStarted);
  EXPECT_EQ(started->user_ids, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(Text(*started, "address"), "127.0.0.1:3101");
  EXPECT_EQ(Text(*started, "match_id"), "m1");
  EXPECT_EQ(Text(*started, "join_ticket"), "seat of ann");
  EXPECT_EQ(watch.handler->Next(), std::nullopt);
  ASSERT_TRUE(watch.host->finished().has_value());
  EXPECT_TRUE(watch.host->finished()->ok());

  // By alias or by the match's own id, to each their own ticket.
  EXPECT_EQ(Text(*Get("bob", bob), "join_ticket"), "seat of bob");
  EXPECT_EQ(Text(*Get("bob", "m1"), "join_ticket"), "seat of bob");
  EXPECT_EQ(Text(*Get("ann", "m1"), "join_ticket"), "seat of ann");
  EXPECT_EQ(Get("ann", "m1")->id, "m1");
  EXPECT_EQ(maker_.live_watches(), 0u);
  EXPECT_EQ(std::count_if(log_.records.begin(), log_.records.end(),
                          [](const EventRecord& record) { return record.kind == "match.started"; }),
            1);
}

TEST_F(JoinLeaveTest, NobodyElseSeesTheMatchOrUsesAnAlias) {
  const std::string ann = Join("ann")->id;
  EXPECT_THAT(Get("eve", ann).status(), HasCode(StatusCode::kPermissionDenied));
  Join("bob").IgnoreError();
  maker_.Match("m1", {"ann", "bob"});
  EXPECT_THAT(Get("eve", "m1").status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(Get("eve", ann).status(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Get("bob", ann).status(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(Join("eve", "m1").status(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(Leave("eve", "m1").status(), HasCode(StatusCode::kPermissionDenied));
  // An admin reads the match, but is not shown anybody's seat.
  GetSessionRequest request;
  request.id = "m1";
  const auto seen = room_->sessions().GetSession(As("root", "admin"), request);
  ASSERT_TRUE(seen.ok()) << seen.status();
  EXPECT_EQ(Text(seen->sessions[0], "join_ticket"), "");
}

TEST_F(JoinLeaveTest, AfterAMatchThePlayerMayQueueAgain) {
  const std::string first = Join("ann")->id;
  maker_.Match("m1", {"ann"});
  const auto second = Join("ann");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_NE(second->id, first);
  EXPECT_EQ(second->state, SessionState::kQueued);
  EXPECT_EQ(Get("ann", first)->state, SessionState::kStarted);
}

TEST_F(JoinLeaveTest, MatchedButWithoutAServerYetItSaysWhichMatch) {
  const std::string ann = Join("ann")->id;
  Watch watch = WatchQueue("ann", ann);
  (void)watch.handler->Next();
  Ticket ticket = Changed("ann", TicketState::kMatched);
  ticket.match_id = "m1";
  maker_.Report(ticket.id, ticket);
  const auto seen = watch.handler->Next();
  ASSERT_TRUE(seen.has_value());
  EXPECT_EQ(seen->state, SessionState::kQueued);
  EXPECT_EQ(Text(*seen, "match_id"), "m1");
}

TEST_F(JoinLeaveTest, LeavingTheQueueCancelsTheTicketAndEndsTheWatch) {
  const std::string ann = Join("ann")->id;
  Watch watch = WatchQueue("ann", ann);
  (void)watch.handler->Next();
  const auto left = Leave("ann");
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->id, ann);
  EXPECT_EQ(left->state, SessionState::kDeleted);
  EXPECT_EQ(maker_.cancelled, std::vector<std::string>{maker_.TicketOf("ann")});
  EXPECT_EQ(maker_.live_watches(), 0u);
  EXPECT_EQ(watch.handler->Next()->state, SessionState::kDeleted);
  EXPECT_TRUE(watch.host->finished()->ok());
  EXPECT_THAT(Leave("ann").status(), HasCode(StatusCode::kNotFound));
  EXPECT_TRUE(Leave("ann", ann).ok());  // By its id, a repeated LEAVE changes nothing.
}

TEST_F(JoinLeaveTest, LeavingTooLateKeepsTheMatch) {
  const std::string ann = Join("ann")->id;
  maker_.cancel_status = MakeStatus(StatusCode::kFailedPrecondition, "assigned");
  EXPECT_THAT(Leave("ann").status(), HasCode(StatusCode::kFailedPrecondition));
  maker_.Match("m1", {"ann"});
  EXPECT_EQ(Get("ann", ann)->state, SessionState::kStarted);
  // And the match itself can be left.
  const auto left = Leave("ann");
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->id, "m1");
  EXPECT_TRUE(left->user_ids.empty());
  EXPECT_EQ(left->state, SessionState::kFinished);
}

TEST_F(JoinLeaveTest, AMakerThatLostTheTicketDoesNotHoldThePlace) {
  Join("ann").IgnoreError();
  maker_.cancel_status = MakeStatus(StatusCode::kNotFound, "no ticket");
  EXPECT_EQ(Leave("ann")->state, SessionState::kDeleted);
}

TEST_F(JoinLeaveTest, AFailedTicketSaysWhy) {
  const std::string ann = Join("ann")->id;
  Watch watch = WatchQueue("ann", ann);
  (void)watch.handler->Next();
  Ticket ticket = Changed("ann", TicketState::kFailed);
  ticket.error = "no server could be had";
  maker_.Report(ticket.id, ticket);
  const auto ended = watch.handler->Next();
  EXPECT_EQ(ended->state, SessionState::kFinished);
  EXPECT_EQ(Text(*ended, "error"), "no server could be had");
  EXPECT_TRUE(watch.host->finished()->ok());

  const std::string again = Join("ann")->id;
  maker_.Report(maker_.TicketOf("ann"), MakeStatus(StatusCode::kNotFound, "the maker does not know it"));
  EXPECT_EQ(Text(*Get("ann", again), "error"), "the maker does not know it");
}

TEST_F(JoinLeaveTest, AMatchThatDoesNotNameThePlayerIsNoMatch) {
  const std::string ann = Join("ann")->id;
  Ticket ticket = Changed("ann", TicketState::kAssigned);
  ticket.assignment.match_id = "m1";
  ticket.assignment.teams = {{"bob"}};
  maker_.Report(ticket.id, ticket);
  EXPECT_EQ(Get("ann", ann)->state, SessionState::kFinished);
  EXPECT_NE(Text(*Get("ann", ann), "error"), "");
  EXPECT_THAT(session_store_.FindSession("m1").status(), HasCode(StatusCode::kNotFound));
}

TEST_F(JoinLeaveTest, AMatchUnderTheIdOfAPlayersSessionIsRefused) {
  const Session theirs = MakeSession({"ann", "bob"});
  const std::string place = Join("ann")->id;
  maker_.Match(theirs.id, {"ann"});
  EXPECT_EQ(Get("ann", place)->state, SessionState::kFinished);
  EXPECT_EQ(Text(*Get("ann", theirs.id), "address"), "");
}

TEST_F(JoinLeaveTest, ARefusedEnqueueLeavesNothingBehind) {
  maker_.enqueue_status = MakeStatus(StatusCode::kInvalidArgument, "no such rule set");
  EXPECT_THAT(Join("ann").status(), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(Leave("ann").status(), HasCode(StatusCode::kNotFound));
  maker_.enqueue_status = {};
  EXPECT_TRUE(Join("ann").ok());
}

TEST_F(JoinLeaveTest, AfterALostAnswerAskingAgainFindsTheSameTicket) {
  maker_.enqueue_status = MakeStatus(StatusCode::kUnavailable, "connection reset");
  maker_.enqueue_takes_effect = true;
  EXPECT_THAT(Join("ann").status(), HasCode(StatusCode::kUnavailable));
  maker_.enqueue_status = {};
  ASSERT_TRUE(Join("ann").ok());
  EXPECT_EQ(maker_.entries.size(), 1u);
  maker_.Match("m1", {"ann"});
  EXPECT_EQ(Get("ann", "m1")->state, SessionState::kStarted);
}

TEST_F(JoinLeaveTest, AfterALostAnswerLeavingCancelsTheTicketThatMayBeThere) {
  maker_.enqueue_status = MakeStatus(StatusCode::kDeadlineExceeded, "late");
  maker_.enqueue_takes_effect = true;
  EXPECT_THAT(Join("ann").status(), HasCode(StatusCode::kDeadlineExceeded));
  maker_.enqueue_status = {};
  EXPECT_EQ(Leave("ann")->state, SessionState::kDeleted);
  EXPECT_EQ(maker_.cancelled, std::vector<std::string>{maker_.TicketOf("ann")});
}

TEST_F(JoinLeaveTest, ARestartFollowsTheQueueAgainWithItsOwnCredential) {
  const std::string ann = Join("ann")->id;
  Restart();
  ASSERT_EQ(maker_.watchers.size(), 2u);
  EXPECT_EQ(maker_.watchers[1].caller->user_id, "ann");
  EXPECT_EQ(maker_.watchers[1].bearer_token, "");
  EXPECT_EQ(maker_.live_watches(), 1u);
  maker_.Match("m1", {"ann"});
  EXPECT_EQ(Get("ann", ann)->state, SessionState::kStarted);
}

TEST_F(JoinLeaveTest, WithoutACredentialARestartLeavesThePlaceToItsOwner) {
  CallContext ann = As("ann");
  ann.bearer_token = "anns token";
  maker_.has_credential = false;
  const auto place = room_->sessions().JoinLeave(ann, Request(JoinLeaveAction::kJoin));
  ASSERT_TRUE(place.ok()) << place.status();
  Restart();
  EXPECT_EQ(maker_.live_watches(), 0u);
  EXPECT_EQ(Get("ann", place->id)->state, SessionState::kQueued) << "not given up";

  const auto watch = room_->sessions().WatchQueue(ann, *place, std::make_shared<FakeStreamHost>());
  ASSERT_TRUE(watch.ok()) << watch.status();
  EXPECT_EQ(maker_.watchers.back().bearer_token, "anns token");
  ASSERT_TRUE(room_->sessions().JoinLeave(ann, Request(JoinLeaveAction::kJoin)).ok());
  EXPECT_EQ(maker_.live_watches(), 1u) << "asking again follows nothing twice";
  maker_.Match("m1", {"ann"});
  EXPECT_EQ(Get("ann", place->id)->state, SessionState::kStarted);
}

TEST_F(JoinLeaveTest, ACrashBetweenMatchAndAliasIsMendedByTheNextReport) {
  const std::string ann = Join("ann")->id;
  SessionRecord match;  // As far as the process came.
  match.id = "m1";
  match.game_id = "arena";
  match.state = SessionState::kStarted;
  match.members = {{"ann", "0", ""}};
  ASSERT_TRUE(session_store_.CreateSession(match, {}, 0).ok());
  Restart();
  maker_.Match("m1", {"ann"});
  maker_.Match("m1", {"ann"});  // Told twice.
  EXPECT_EQ(Text(*Get("ann", ann), "join_ticket"), "seat of ann");
  EXPECT_EQ(session_store_.FindSession("m1")->members.size(), 1u);
}

TEST_F(JoinLeaveTest, WithoutAMakerJoinSaysSo) {
  room_.reset();
  auto room =
      GameRoom::Open({player_store_, game_store_, session_store_, entity_store_, score_store_, match_store_},
                     nullptr, clock_, random_, log_, options_);
  ASSERT_TRUE(room.ok());
  EXPECT_THAT((*room)->sessions().JoinLeave(As("ann"), Request(JoinLeaveAction::kJoin)).status(),
              HasCode(StatusCode::kFailedPrecondition));
}

TEST_F(JoinLeaveTest, JoinsAndLeavesASessionById) {
  const Session session = MakeSession({"ann"});
  const auto joined = Join("bob", session.id);
  ASSERT_TRUE(joined.ok()) << joined.status();
  EXPECT_EQ(joined->user_ids, (std::vector<std::string>{"ann", "bob"}));
  EXPECT_EQ(Join("bob", session.id)->user_ids.size(), 2u);  // Again changes nothing.
  const auto left = Leave("bob");                           // The newest session of the game.
  ASSERT_TRUE(left.ok()) << left.status();
  EXPECT_EQ(left->user_ids, std::vector<std::string>{"ann"});
  EXPECT_TRUE(maker_.entries.empty());
}

TEST_F(JoinLeaveTest, ASessionHasRoomForAsManyAsItsGameAllows) {
  const Session session = MakeSession({"a", "b", "c"});
  EXPECT_TRUE(Join("d", session.id).ok());
  const auto full = Join("e", session.id);
  EXPECT_THAT(full.status(), HasCode(StatusCode::kFailedPrecondition));
  EXPECT_EQ(ReasonOf(full.status()), "SESSION_FULL");
  EXPECT_TRUE(Join("d", session.id).ok());
}

TEST_F(JoinLeaveTest, Refusals) {
  const Session session = MakeSession({"ann"});
  const auto call = [&](auto change) {
    JoinLeaveRequest request = Request(JoinLeaveAction::kJoin);
    change(request);
    return room_->sessions().JoinLeave(As("bob"), request).status();
  };
  using R = JoinLeaveRequest;
  EXPECT_THAT(room_->sessions().JoinLeave(Nobody(), {}).status(), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(call([](R& r) { r.user_id = "ann"; }), HasCode(StatusCode::kPermissionDenied));
  EXPECT_EQ(FieldOf(call([](R& r) { r.game_id = ""; })), "game_id");
  EXPECT_EQ(FieldOf(call([](R& r) { r.game_id = "a b"; })), "game_id");
  EXPECT_EQ(FieldOf(call([](R& r) { r.session_id = "a b"; })), "session_id");
  EXPECT_EQ(FieldOf(call([](R& r) { r.team_id = "a b"; })), "team_id");
  EXPECT_EQ(FieldOf(call([](R& r) { r.region = 14; })), "region");
  EXPECT_EQ(FieldOf(call([](R& r) { r.region = -1; })), "region");
  EXPECT_EQ(FieldOf(call([](R& r) { r.action = static_cast<JoinLeaveAction>(7); })), "action");
  EXPECT_THAT(call([](R& r) { r.game_id = "no-such-game"; }), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(call([](R& r) { r.session_id = "no-such-session"; }), HasCode(StatusCode::kNotFound));
  EXPECT_EQ(FieldOf(call([&](R& r) {
              r.session_id = session.id;
              r.game_id = "chess";
            })),
            "game_id");
  EXPECT_TRUE(maker_.entries.empty());
}

TEST_F(JoinLeaveTest, WatchQueueRefusals) {
  const std::string ann = Join("ann")->id;
  const auto watch = [&](const CallContext& context, const std::string& id) {
    Session request;
    request.id = id;
    return room_->sessions().WatchQueue(context, request, std::make_shared<FakeStreamHost>()).status();
  };
  EXPECT_THAT(watch(Nobody(), ann), HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(watch(As("bob"), ann), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(watch(As("ann"), ""), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(watch(As("ann"), "no-such"), HasCode(StatusCode::kNotFound));
}

TEST_F(JoinLeaveTest, AClosedWatchIsToldNothingMore) {
  const std::string ann = Join("ann")->id;
  Watch watch = WatchQueue("ann", ann);
  const int wakes = watch.host->wakes();
  watch.handler->OnClose();
  EXPECT_EQ(watch.host.use_count(), 1);
  maker_.Match("m1", {"ann"});
  EXPECT_EQ(watch.host->wakes(), wakes);
}

}  // namespace
}  // namespace oofgg::game
