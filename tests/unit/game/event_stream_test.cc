#include <chrono>
#include <map>
#include <utility>
#include <vector>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

GameEvent Event(std::string name, std::string session = {}) {
  GameEvent event;
  event.name = std::move(name);
  event.session_id = std::move(session);
  return event;
}

class EventStreamTest : public GameRoomTest {
 protected:
  using Stream = StreamEnd<GameEvent>;
};

TEST_F(EventStreamTest, AnEventReachesAllMembersTheSenderTooWithWhatTheServerSets) {
  const Session session = MakeSession({"ann", "bob"});
  Stream ann = OpenOn("ann", session.id);
  Stream bob = OpenOn("bob", session.id);
  GameEvent event = Event("move", session.id);
  event.id = "forged";
  event.player_id = "eve";
  event.game_id = "forged";
  event.timestamp_ms = 1;
  event.sequence = 77;
  event.type = EventType::kAction;
  event.data = "{\"x\":1}";
  event.attributes = {{"x", std::int32_t{1}}};
  ann.Send(event);
  for (Stream* stream : {&ann, &bob}) {
    EXPECT_GE(stream->host->wakes(), 1);
    const auto got = stream->Next();
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->name, "move");
    EXPECT_EQ(got->id, session.id + "/2");
    EXPECT_EQ(got->player_id, "ann");
    EXPECT_EQ(got->game_id, "arena");
    EXPECT_EQ(got->session_id, session.id);
    EXPECT_EQ(got->sequence, 2u);
    EXPECT_EQ(got->type, EventType::kAction);
    EXPECT_EQ(got->data, "{\"x\":1}");
    EXPECT_EQ(got->attributes, event.attributes);
    EXPECT_EQ(
        got->timestamp_ms,
        std::chrono::duration_cast<std::chrono::milliseconds>(clock_.WallNow().time_since_epoch()).count());
    EXPECT_EQ(stream->Next(), std::nullopt);
  }
}

TEST_F(EventStreamTest, TheFirstMessageMayBeAnEventToo) {
  const Session session = MakeSession({"ann"});
  Stream ann = Open("ann");
  ann.Send(Event("hello", session.id));
  ann.Send(Event("again"));  // Without naming the session.
  EXPECT_EQ(ann.Read(), "hello again ");
}

TEST_F(EventStreamTest, ResumesAfterTheLastOneSeen) {
  const Session session = MakeSession({"ann", "bob"});
  Stream ann = OpenOn("ann", session.id);
  Stream bob = OpenOn("bob", session.id);
  ann.Send(Event("a"));
  ann.Send(Event("b"));
  const std::uint64_t seen = bob.Next()->sequence;
  bob.handler->OnClose();
  ann.Send(Event("c"));
  EXPECT_EQ(OpenOn("bob", session.id, seen).Read(), "b c ");
  EXPECT_EQ(OpenOn("bob", session.id).Read(), "");
}

TEST_F(EventStreamTest, WhoComesLateMayAskForAllThatIsKept) {
  const Session session = MakeSession({"ann", "bob"});
  EXPECT_EQ(OpenOn("bob", session.id, kBeforeAll).Read(), "");
  Stream ann = OpenOn("ann", session.id);
  ann.Send(Event("a"));
  ann.Send(Event("b"));
  Stream bob = OpenOn("bob", session.id, kBeforeAll);
  ann.Send(Event("c"));
  EXPECT_EQ(bob.Read(), "a b c ");
}

TEST_F(EventStreamTest, WhoHasHeardNothingResumesFromWhereTheyBegan) {
  const Session session = MakeSession({"ann", "bob"});
  std::uint64_t began = 0;
  for (const char* said_before : {"nothing", "something"}) {
    Stream bob = OpenOn("bob", session.id);
    EXPECT_GE(bob.host->wakes(), 1) << "there is something to tell";
    const auto position = bob.handler->Next();
    ASSERT_TRUE(position.has_value());
    EXPECT_EQ(position->id + position->name + position->player_id, "");
    EXPECT_EQ(position->session_id, session.id);
    EXPECT_GT(position->sequence, began) << "never 0, which means the next event";
    began = position->sequence;
    EXPECT_EQ(bob.handler->Next(), std::nullopt);
    bob.handler->OnClose();
    Stream ann = Open("ann");
    ann.Send(Event("missed", session.id));
    const auto own = ann.handler->Next();
    ASSERT_TRUE(own.has_value());
    EXPECT_EQ(own->name, "missed") << "who begins with an event is not told";
    ann.handler->OnClose();
    EXPECT_EQ(OpenOn("bob", session.id, began).Read(), "missed ") << said_before;
  }
}

TEST_F(EventStreamTest, WhereAMatchBeginsIsToldAsWell) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  const std::string alias = room_->sessions().JoinLeave(As("ann"), join)->id;
  Stream ann = OpenOn("ann", alias);
  EXPECT_EQ(ann.handler->Next(), std::nullopt);
  maker_.Match("m1", {"ann"});
  const auto position = ann.handler->Next();
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(position->sequence, 1U);
  EXPECT_EQ(position->session_id, alias);
}

TEST_F(EventStreamTest, AfterARestartAResumePointIsSaidToBeGone) {
  const Session session = MakeSession({"ann"});
  Stream before = OpenOn("ann", session.id);
  before.Send(Event("a"));
  const std::uint64_t seen = before.Next()->sequence;
  before.handler->OnClose();
  before.handler.reset();
  Restart();
  Stream other = OpenOn("ann", session.id);
  other.Send(Event("b"));
  other.Send(Event("c"));
  Stream after = OpenOn("ann", session.id, seen);
  EXPECT_EQ(after.Read(), "");
  EXPECT_THAT(after.Ended(), HasCode(StatusCode::kOutOfRange));
  EXPECT_EQ(ReasonOf(after.Ended()), "EVENTS_GONE");
}

TEST_F(EventStreamTest, ASlowConsumerEndsWithAReasonAndMayComeBack) {
  options_.hub.window.events = 3;
  Restart();
  const Session session = MakeSession({"ann", "bob"});
  Stream ann = OpenOn("ann", session.id);
  Stream bob = OpenOn("bob", session.id);
  for (int i = 0; i < 5; ++i) {
    ann.Send(Event("e"));
    EXPECT_EQ(ann.Read(), "e ");
  }
  EXPECT_EQ(bob.Read(), "");
  EXPECT_THAT(bob.Ended(), HasCode(StatusCode::kAborted));
  EXPECT_EQ(ReasonOf(bob.Ended()), "SLOW_CONSUMER");
  Stream again = OpenOn("bob", session.id);
  ann.Send(Event("f"));
  EXPECT_EQ(again.Read(), "f ");
}

TEST_F(EventStreamTest, ARefusedMessageEndsTheStreamAndReachesNobody) {
  const Session session = MakeSession({"ann", "bob"});
  const auto with = [&](auto change) {
    GameEvent event = Event("move", session.id);
    change(event);
    return event;
  };
  const struct {
    const char* name;
    GameEvent event;
    const char* field;
  } cases[] = {
      {"another session", with([](GameEvent& e) { e.session_id = "other"; }), "session_id"},
      {"name with control characters", with([](GameEvent& e) { e.name = "a\nb\x01"; }), "event_name"},
      {"long name", with([](GameEvent& e) { e.name = std::string(101, 'x'); }), "event_name"},
      {"server's name", with([](GameEvent& e) { e.name = "left"; }), "event_name"},
      {"server's type", with([](GameEvent& e) { e.type = EventType::kSystem; }), "type"},
      {"unknown type", with([](GameEvent& e) { e.type = static_cast<EventType>(99); }), "type"},
      {"bad team", with([](GameEvent& e) { e.team_id = "a b"; }), "team_id"},
      {"no UTF-8", with([](GameEvent& e) { e.data = "\xff"; }), "data"},
      {"long data", with([](GameEvent& e) { e.data = std::string(16'500, 'x'); }), "data"},
      {"huge data", with([](GameEvent& e) { e.data = std::string(1'000'000, 'x'); }), "data"},
      {"long together", with([](GameEvent& e) {
         for (int i = 0; i < 5; ++i) e.attributes[std::to_string(i)] = std::string(4'000, 'x');
       }),
       "data"},
      {"attribute", with([](GameEvent& e) { e.attributes[""] = true; }), "attributes.key"},
  };
  for (const auto& c : cases) {
    Stream bob = OpenOn("bob", session.id);
    Stream ann = OpenOn("ann", session.id);
    ann.Send(c.event);
    EXPECT_THAT(ann.Ended(), HasCode(StatusCode::kInvalidArgument)) << c.name;
    EXPECT_EQ(FieldOf(ann.Ended()), c.field) << c.name;
    ann.Send(Event("too late"));
    EXPECT_EQ(ann.Read(), "") << c.name;
    EXPECT_EQ(bob.Read(), "") << c.name;
    EXPECT_THAT(bob.Ended(), HasCode(StatusCode::kUnknown)) << c.name;
    ann.handler->OnClose();
    bob.handler->OnClose();
  }
}

TEST_F(EventStreamTest, WhoMayNotOpen) {
  const Session session = MakeSession({"ann"});
  EXPECT_THAT(room_->events().Open(Nobody(), std::make_shared<FakeStreamHost>()).status(),
              HasCode(StatusCode::kUnauthenticated));
  EXPECT_THAT(OpenOn("eve", session.id).Ended(), HasCode(StatusCode::kPermissionDenied));
  EXPECT_THAT(OpenOn("ann", "no-such").Ended(), HasCode(StatusCode::kNotFound));
  EXPECT_THAT(OpenOn("ann", "").Ended(), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(OpenOn("ann", "a/b").Ended(), HasCode(StatusCode::kInvalidArgument));
  EXPECT_THAT(OpenOn("ann", session.id, 12).Ended(),
              HasCode(StatusCode::kInvalidArgument));  // Never given out.
  SessionRecord over = *session_store_.FindSession(session.id);
  over.state = SessionState::kFinished;
  ASSERT_TRUE(session_store_.UpdateSession(over).ok());
  EXPECT_THAT(OpenOn("ann", session.id).Ended(), HasCode(StatusCode::kFailedPrecondition));
}

TEST_F(EventStreamTest, WhereRefusalsAreHeardTheStreamGoesOn) {
  options_.events.rate = {.per_second = 10, .burst = 1};
  Restart();
  const Session session = MakeSession({"ann"});
  std::vector<Status> refused;
  Stream ann;
  ann.handler =
      room_->events().Open(As("ann"), ann.host, [&](const Status& why) { refused.push_back(why); }).value();
  ann.Send(Event("", session.id));
  for (const char* name : {"joined", "left", "session", "entity", "subscribed", "error"})
    ann.Send(Event(name));
  ASSERT_EQ(refused.size(), 6U);
  for (const Status& why : refused) EXPECT_THAT(why, HasCode(StatusCode::kInvalidArgument));
  ann.Send(Event("a"));
  ann.Send(Event("too fast"));
  ASSERT_EQ(refused.size(), 7U);
  EXPECT_THAT(refused.back(), HasCode(StatusCode::kResourceExhausted));
  EXPECT_TRUE(RetryAfterOf(refused.back()).has_value());
  EXPECT_EQ(ann.Read(), "a ");
  EXPECT_EQ(ann.host->finished(), std::nullopt);
}

TEST_F(EventStreamTest, AFloodIsStoppedWithAHintWhenToComeBack) {
  options_.events.rate = {.per_second = 10, .burst = 3};
  Restart();
  const Session session = MakeSession({"ann", "bob"});
  Stream bob = OpenOn("bob", session.id);
  Stream ann = OpenOn("ann", session.id);
  for (int i = 0; i < 4; ++i) ann.Send(Event("e"));
  EXPECT_THAT(ann.Ended(), HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(RetryAfterOf(ann.Ended()), std::chrono::milliseconds(100));
  EXPECT_EQ(bob.Read(), "e e e ");
  EXPECT_THAT(bob.Ended(), HasCode(StatusCode::kUnknown));
}

TEST_F(EventStreamTest, LeavingEndsTheStreamsAndTellsTheOthers) {
  const Session session = MakeSession({"ann", "bob"});
  Stream ann = OpenOn("ann", session.id);
  Stream bob = OpenOn("bob", session.id);
  JoinLeaveRequest leave;
  leave.game_id = "arena";
  leave.session_id = session.id;
  leave.action = JoinLeaveAction::kLeave;
  ASSERT_TRUE(room_->sessions().JoinLeave(As("bob"), leave).ok());
  EXPECT_EQ(bob.Read(), "");
  EXPECT_EQ(ReasonOf(bob.Ended()), "LEFT_SESSION");
  const auto told = ann.Next();
  ASSERT_TRUE(told.has_value());
  EXPECT_EQ(told->name, "left");
  EXPECT_EQ(told->type, EventType::kSystem);
  EXPECT_EQ(told->player_id, "bob");
  EXPECT_EQ(told->game_id, "arena");
}

TEST_F(EventStreamTest, OnAPlaceInTheQueueItBeginsWithTheMatchUnderTheNameItWasOpenedBy) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  const std::string ann_alias = room_->sessions().JoinLeave(As("ann"), join)->id;
  const std::string bob_alias = room_->sessions().JoinLeave(As("bob"), join)->id;
  Stream ann = OpenOn("ann", ann_alias);
  EXPECT_EQ(ann.Read(), "");
  EXPECT_THAT(OpenOn("eve", ann_alias).Ended(), HasCode(StatusCode::kPermissionDenied));

  maker_.Match("m1", {"ann", "bob"});
  Stream bob = OpenOn("bob", "m1");
  bob.Send(Event("hi"));
  EXPECT_GE(ann.host->wakes(), 1);
  const auto got = ann.Next();
  ASSERT_TRUE(got.has_value()) << ann.Ended();
  EXPECT_EQ(got->name, "hi");
  EXPECT_EQ(got->session_id, ann_alias);
  EXPECT_EQ(bob.Next()->session_id, "m1");
  ann.Send(Event("ho", ann_alias));
  EXPECT_EQ(bob.Read(), "ho ");
  // Resuming by the alias is resuming in the match.
  EXPECT_EQ(OpenOn("bob", bob_alias, 2).Read(), "ho ");
}

TEST_F(EventStreamTest, BeforeTheMatchThereIsNobodyToSendTo) {
  JoinLeaveRequest join;
  join.game_id = "arena";
  const std::string alias = room_->sessions().JoinLeave(As("ann"), join)->id;
  Stream ann = OpenOn("ann", alias);
  ann.Send(Event("hello"));
  EXPECT_THAT(ann.Ended(), HasCode(StatusCode::kFailedPrecondition));

  Stream other = OpenOn("ann", alias);
  JoinLeaveRequest leave = join;
  leave.action = JoinLeaveAction::kLeave;
  ASSERT_TRUE(room_->sessions().JoinLeave(As("ann"), leave).ok());
  EXPECT_EQ(other.Read(), "");
  EXPECT_THAT(other.Ended(), HasCode(StatusCode::kFailedPrecondition));
}

TEST_F(EventStreamTest, AClosedStreamLetsGoOfItsHost) {
  const Session session = MakeSession({"ann", "bob"});
  Stream ann = OpenOn("ann", session.id);
  Stream bob = OpenOn("bob", session.id);
  const std::weak_ptr<FakeStreamHost> host = bob.host;
  bob.handler->OnClose();
  bob.host.reset();
  EXPECT_TRUE(host.expired());
  ann.Send(Event("still here"));
  EXPECT_EQ(ann.Read(), "still here ");
}

class AddressedEventTest : public EventStreamTest {
 protected:
  AddressedEventTest() {
    for (const char* player : {"bob", "cid"}) Join(player, "red");
    Join("dan", "blue");
    for (const char* player : {"ann", "bob", "cid", "dan"}) {
      streams_.emplace(player, OpenOn(player, session_.id));
    }
  }
  void Join(const std::string& player, const std::string& team) {
    JoinLeaveRequest join;
    join.game_id = "arena";
    join.session_id = session_.id;
    join.team_id = team;
    ASSERT_TRUE(room_->sessions().JoinLeave(As(player), join).ok());
  }
  /// Who gets the event that `sender` sends.
  std::string Receivers(const std::string& sender, const GameEvent& event) {
    streams_.at(sender).Send(event);
    std::string receivers;
    for (auto& [player, stream] : streams_) {
      if (stream.Read() == event.name + " ") receivers += player + " ";
    }
    return receivers;
  }

  Session session_ = MakeSession({"ann"});
  std::map<std::string, Stream> streams_;
};

TEST_F(AddressedEventTest, ATeamsEventIsForItsMembers) {
  GameEvent event = Event("plan");
  event.team_id = "red";
  EXPECT_EQ(Receivers("bob", event), "bob cid ");
  EXPECT_EQ(Receivers("dan", event), "bob cid dan ");  // Who said it hears it.
}

TEST_F(AddressedEventTest, ATargetedEventIsForThosePlayers) {
  GameEvent event = Event("whisper");
  event.to_player_ids = {"dan", "nobody"};
  EXPECT_EQ(Receivers("ann", event), "ann dan ");
  event.team_id = "red";
  EXPECT_EQ(Receivers("ann", event), "ann dan ");
  event.to_player_ids = std::vector<std::string>(101, "dan");
  streams_.at("ann").Send(event);
  EXPECT_EQ(FieldOf(streams_.at("ann").Ended()), "to_player_ids");
}

TEST_F(AddressedEventTest, TheGameServerHearsAllAndSpeaksForAnybody) {
  Stream server;
  server.handler = *room_->events().OpenAsServer(As("arena-server", "service"), server.host);
  server.Send(Event("", session_.id));
  GameEvent event = Event("whisper");
  event.to_player_ids = {"dan"};
  EXPECT_EQ(Receivers("ann", event), "ann dan ");
  EXPECT_EQ(server.Read(), "whisper ");

  GameEvent spawned = Event("spawned");
  spawned.type = EventType::kSystem;
  spawned.player_id = "bob";
  server.Send(spawned);
  const auto got = streams_.at("cid").Next();
  ASSERT_TRUE(got.has_value()) << server.Ended();
  EXPECT_EQ(got->player_id, "bob");
  EXPECT_EQ(got->type, EventType::kSystem);

  GameEvent red = Event("red");
  red.team_id = "red";
  server.Send(red);
  EXPECT_EQ(streams_.at("cid").Read(), "red ");
  EXPECT_EQ(streams_.at("dan").Read(), "spawned ");
}

TEST_F(AddressedEventTest, AGameServerMayHaveMoreStreamsThanAPlayer) {
  std::vector<Stream> servers(9);
  for (Stream& server : servers) {
    server.handler = *room_->events().OpenAsServer(As("arena-server", "service"), server.host);
    server.Send(Event("", session_.id));
    EXPECT_EQ(server.host->finished(), std::nullopt) << server.Ended();
  }
  std::vector<Stream> more;
  for (int i = 0; i < 4; ++i) more.push_back(OpenOn("ann", session_.id));
  EXPECT_THAT(more.back().Ended(), HasCode(StatusCode::kResourceExhausted)) << "beside the one she has";
}

TEST_F(AddressedEventTest, OnlyAServersCredentialOpensTheServersSide) {
  for (const auto& [caller, role] : {std::pair("ann", "user"), std::pair("dev", "developer")}) {
    Stream stream;
    stream.handler = *room_->events().OpenAsServer(As(caller, role), stream.host);
    stream.Send(Event("", session_.id));
    EXPECT_THAT(stream.Ended(), HasCode(StatusCode::kPermissionDenied));
  }
  Stream other;
  CallContext chess = As("chess-server", "service");
  chess.caller->game_id = "chess";
  other.handler = *room_->events().OpenAsServer(chess, other.host);
  other.Send(Event("", session_.id));
  EXPECT_THAT(other.Ended(), HasCode(StatusCode::kPermissionDenied));
}

TEST_F(AddressedEventTest, WhoIsNotAddressedIsToldHowFarItWent) {
  GameEvent event = Event("plan");
  event.team_id = "red";
  for (int i = 0; i < 300; ++i) {
    streams_.at("bob").Send(event);
    clock_.Advance(std::chrono::milliseconds(20));
  }
  EXPECT_EQ(streams_.at("dan").handler->Next()->sequence, 1U) << "where it began";
  const auto position = streams_.at("dan").handler->Next();
  ASSERT_TRUE(position.has_value());
  EXPECT_EQ(position->id, "");
  EXPECT_EQ(position->name, "");
  EXPECT_EQ(position->session_id, session_.id);
  EXPECT_EQ(position->sequence, 301U);
  EXPECT_EQ(streams_.at("dan").Next(), std::nullopt);
}

}  // namespace
}  // namespace oofgg::game
