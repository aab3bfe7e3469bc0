#include "game/event_allowance.h"

#include <chrono>
#include <string>

#include "tests/unit/game/support.h"

namespace oofgg::game {
namespace {

using Side = EventAllowance::Side;
using std::chrono::milliseconds;

TEST(EventAllowanceTest, CountsEventsAndEachFullKiB) {
  testing::FakeClock clock;
  EventAllowance allowance(clock, {.player = {.per_second = 10, .burst = 10}, .server = {}});
  const auto ann = EventAllowance::SpeakerOf("s", "ann", Side::kPlayer);
  EXPECT_TRUE(allowance.Charge(ann, 1023).ok());           // 1
  EXPECT_TRUE(allowance.Charge(ann, 4 * 1024).ok());       // 5
  EXPECT_TRUE(allowance.Charge(ann, 0, 4).ok());           // 4
  const Status refused = allowance.Charge(ann, 2 * 1024);  // 3
  EXPECT_THAT(refused, HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(RetryAfterOf(refused), milliseconds(300));
  clock.Advance(milliseconds(300));
  EXPECT_TRUE(allowance.Charge(ann, 2 * 1024).ok());
  clock.Advance(std::chrono::hours(1));
  EXPECT_TRUE(allowance.Charge(ann, 1'000'000).ok()) << "never more than a full bucket";
  EXPECT_FALSE(allowance.Charge(ann, 0).ok());
}

TEST(EventAllowanceTest, EachSessionClientAndSideHasItsOwn) {
  testing::FakeClock clock;
  EventAllowance allowance(clock, {.player = {.per_second = 1, .burst = 1}, .server = {.burst = 2}});
  for (const char* session : {"s", "t"}) {
    for (const char* client : {"ann", "bob"}) {
      const auto player = EventAllowance::SpeakerOf(session, client, Side::kPlayer);
      EXPECT_TRUE(allowance.Charge(player, 0).ok());
      EXPECT_FALSE(allowance.Charge(player, 0).ok());
      const auto server = EventAllowance::SpeakerOf(session, client, Side::kServer);
      EXPECT_TRUE(allowance.Charge(server, 0, 2).ok());
      EXPECT_FALSE(allowance.Charge(server, 0).ok());
    }
  }
}

TEST(EventAllowanceTest, RemembersABoundedNumber) {
  testing::FakeClock clock;
  EventAllowance allowance(clock, {.player = {.per_second = 1, .burst = 1}, .server = {}});
  for (int i = 0; i < 100'000; ++i) {
    EXPECT_TRUE(allowance.Charge(EventAllowance::SpeakerOf(std::to_string(i), "ann", Side::kPlayer), 0).ok());
  }
  EXPECT_GT(allowance.size(), 60'000U);
  EXPECT_LE(allowance.size(), 65'536U);
}

/// Whatever way a client says things.
class EventAllowanceOfARoomTest : public GameRoomTest {
 protected:
  EventAllowanceOfARoomTest() {
    options_.events.rate = {.per_second = 10, .burst = 10};
    Restart();
    session_ = MakeSession({"ann", "bob"});
  }
  static GameEvent Named(std::string name) {
    GameEvent event;
    event.name = std::move(name);
    return event;
  }
  void SayOn(StreamEnd<GameEvent>& stream, int times) {
    for (int i = 0; i < times; ++i) stream.Send(Named("e"));
  }
  StatusOr<Entity> MakeDoor(const CallContext& context, std::size_t bytes) {
    CreateEntityRequest request;
    request.session_id = session_.id;
    request.controller = EntityController::kServer;
    request.data = std::string(bytes, 'x');
    return room_->entities().CreateEntity(context, request);
  }
  StatusOr<Session> JoinLeave(JoinLeaveAction action) {
    JoinLeaveRequest request;
    request.game_id = "arena";
    request.session_id = session_.id;
    request.action = action;
    return room_->sessions().JoinLeave(As("cid"), request);
  }

  Session session_;
};

TEST_F(EventAllowanceOfARoomTest, AStreamThatIsOpenedAgainHasWhatIsLeft) {
  auto first = OpenOn("ann", session_.id);
  SayOn(first, 10);
  EXPECT_EQ(first.host->finished(), std::nullopt);
  first.handler->OnClose();
  auto again = OpenOn("ann", session_.id);
  SayOn(again, 1);
  EXPECT_THAT(again.Ended(), HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(RetryAfterOf(again.Ended()), milliseconds(100));
  auto bob = OpenOn("bob", session_.id);
  SayOn(bob, 10);
  EXPECT_EQ(bob.host->finished(), std::nullopt) << "is somebody else";
}

TEST_F(EventAllowanceOfARoomTest, StreamsOfOnePlayerShareIt) {
  auto one = OpenOn("ann", session_.id);
  auto other = OpenOn("ann", session_.id);
  SayOn(one, 5);
  SayOn(other, 5);
  EXPECT_EQ(other.host->finished(), std::nullopt);
  SayOn(one, 1);
  EXPECT_THAT(one.Ended(), HasCode(StatusCode::kResourceExhausted));
}

TEST_F(EventAllowanceOfARoomTest, ALongEventCostsMore) {
  auto ann = OpenOn("ann", session_.id);
  GameEvent event = Named("map");
  event.data = std::string(8 * 1024, 'x');
  ann.Send(event);
  EXPECT_EQ(ann.host->finished(), std::nullopt);
  ann.Send(event);
  EXPECT_THAT(ann.Ended(), HasCode(StatusCode::kResourceExhausted));
}

TEST_F(EventAllowanceOfARoomTest, EntitiesArePaidForByWhoWritesThem) {
  auto bob = OpenOn("bob", session_.id);
  const auto door = MakeDoor(As("ann"), 2 * 1024);  // 3
  ASSERT_TRUE(door.ok()) << door.status();
  UpdateEntityRequest update;
  update.id = door->id;
  update.session_id = session_.id;
  update.data = std::string(4 * 1024, 'y');
  ASSERT_TRUE(room_->entities().UpdateEntity(As("ann"), update).ok());  // 5
  ASSERT_TRUE(room_->entities().UpdateEntity(As("ann"), update).ok()) << "nothing changes";
  update.data = std::string(4 * 1024, 'z');
  const Status refused = room_->entities().UpdateEntity(As("ann"), update).status();
  EXPECT_THAT(refused, HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(RetryAfterOf(refused), milliseconds(300));
  const DeleteEntityRequest gone{.id = door->id, .session_id = session_.id, .game_id = {}};
  EXPECT_THAT(room_->entities().DeleteEntity(As("ann"), gone).status(),
              HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(bob.Read(), "entity entity ") << "what is refused is not told";
  auto ann = OpenOn("ann", session_.id);
  SayOn(ann, 3);
  EXPECT_THAT(ann.Ended(), HasCode(StatusCode::kResourceExhausted)) << "her streams pay from the same";
  clock_.Advance(std::chrono::seconds(1));
  EXPECT_TRUE(room_->entities().DeleteEntity(As("ann"), gone).ok());
}

TEST_F(EventAllowanceOfARoomTest, ComingAndGoingIsPaidForByComing) {
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(JoinLeave(JoinLeaveAction::kJoin).ok());
    ASSERT_TRUE(JoinLeave(JoinLeaveAction::kLeave).ok());
  }
  EXPECT_THAT(JoinLeave(JoinLeaveAction::kJoin).status(), HasCode(StatusCode::kResourceExhausted));
  clock_.Advance(milliseconds(200));
  ASSERT_TRUE(JoinLeave(JoinLeaveAction::kJoin).ok());
  ASSERT_TRUE(JoinLeave(JoinLeaveAction::kJoin).ok()) << "is there already";
  EXPECT_TRUE(JoinLeave(JoinLeaveAction::kLeave).ok()) << "is never refused";
}

TEST_F(EventAllowanceOfARoomTest, ChangesOfASessionArePaidForByTheHost) {
  UpdateSessionRequest update;
  update.id = session_.id;
  update.user_ids = {"ann", "cid"};  // `left`, `joined` and `session`
  ASSERT_TRUE(room_->sessions().UpdateSession(As("ann"), update).ok());
  ASSERT_TRUE(room_->sessions().UpdateSession(As("ann"), update).ok()) << "nothing changes";
  update.user_ids.reset();
  for (int i = 0; i < 7; ++i) {
    update.data = std::to_string(i);
    ASSERT_TRUE(room_->sessions().UpdateSession(As("ann"), update).ok());
  }
  update.data = "once more";
  EXPECT_THAT(room_->sessions().UpdateSession(As("ann"), update).status(),
              HasCode(StatusCode::kResourceExhausted));
  EXPECT_EQ(session_store_.FindSession(session_.id)->data, "6");
  EXPECT_TRUE(room_->sessions().UpdateSession(As("server", "service"), update).ok());
}

TEST_F(EventAllowanceOfARoomTest, AGameServerHasFarMore) {
  StreamEnd<GameEvent> server;
  server.handler = *room_->events().OpenAsServer(As("server", "service"), server.host);
  server.Send({.session_id = session_.id});
  for (int i = 0; i < 200; ++i) {
    SayOn(server, 1);
    ASSERT_TRUE(MakeDoor(As("server", "service"), 10).ok());
  }
  SayOn(server, 19'600);
  EXPECT_EQ(server.host->finished(), std::nullopt);
  SayOn(server, 1);
  EXPECT_THAT(server.Ended(), HasCode(StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace oofgg::game
