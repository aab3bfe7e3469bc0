// What only the stores on Redis have to answer for: answers that get lost, and a Redis that is away, or back
// without what it wrote last.

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "storage/redis/game/entity_scripts.h"
#include "storage/redis/game/redis_entity_store.h"
#include "storage/redis/game/redis_session_store.h"
#include "storage/redis/game/row_keys.h"
#include "storage/redis/game/rows.h"
#include "storage/redis/game/session_scripts.h"
#include "storage/redis/packed.h"
#include "tests/support/eventually.h"
#include "tests/support/patience.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

TimePoint Later() { return DeadlineAfter(Clock::System().Now(), oofgg::testing::kPatience); }

class RedisRowsTest : public ::testing::Test {
 protected:
  /// What a script says, run once more than need be.
  std::string Twice(const RedisScript& script, const RedisScriptCall& call) {
    std::string said;
    for (int i = 0; i < 2; ++i) {
      const auto reply = client_->CallScript(script, call, Later());
      EXPECT_TRUE(reply.ok()) << reply.status();
      if (reply.ok()) said += (reply->elements.empty() ? reply->text : reply->elements[0].text) + " ";
    }
    return said;
  }
  static game::SessionRecord Place(const std::string& id) {
    game::SessionRecord place;
    place.id = id;
    place.game_id = "arena";
    place.owner_id = "ann";
    place.state = SessionState::kQueued;
    place.members = {{.user_id = "ann", .team_id = {}, .join_ticket = {}}};
    return place;
  }
  void Restart() {
    server_.Kill();
    server_.Start();
    ASSERT_TRUE(oofgg::testing::Eventually([this] { return client_->LinkNumber() != 0; }));
  }

  oofgg::testing::RedisServer server_{{"--appendonly", "no"}};
  std::unique_ptr<RedisClient> client_ =
      RedisClient::Connect({.url = ParseRedisUrl(server_.url()).value()}, Later()).value();
  const RowOptions patient_{.timeout = oofgg::testing::kPatience,
                            .timeout_without_link = oofgg::testing::kPatience};
  RedisSessionStore sessions_{*client_, patient_};
  RedisEntityStore entities_{*client_, patient_};
};

TEST_F(RedisRowsTest, AWriteThatIsSentTwiceIsDoneOnce) {
  game::SessionRecord place = Place("q1");
  EXPECT_EQ(Twice(session_scripts::Create(),
                  {.keys = row_keys::OfSessions(),
                   .arguments = {"q1", FirstRow("mark-one", BodyOf(place)), "", "0", "1", "mark-one"}}),
            "made made ");
  EXPECT_EQ(sessions_.FindSession("q1")->version, 1);
  place.state = SessionState::kStarted;
  EXPECT_EQ(Twice(session_scripts::Update(),
                  {.keys = row_keys::OfSessions(), .arguments = {"q1", "1", "mark-two", BodyOf(place)}}),
            "written written ");
  EXPECT_EQ(sessions_.FindSession("q1")->version, 2);

  const Entity door{.id = "e1", .session_id = "q1"};
  EXPECT_EQ(Twice(entity_scripts::Create(),
                  {.keys = row_keys::OfEntities(),
                   .arguments = {"q1", "e1", FirstRow("mark-one", BodyOf(door)), "", "0", "1", "mark-one"}}),
            "made made ");
  EXPECT_EQ(
      Twice(entity_scripts::Update(), {.keys = {std::string(row_keys::kEntities)},
                                       .arguments = {OwnedName("q1", "e1"), "1", "mark-two", BodyOf(door)}}),
      "written written ");
  EXPECT_EQ(entities_.FindEntity("q1", "e1")->version, 2);
  EXPECT_EQ(entities_.ListEntities("q1")->size(), 1U);
}

TEST_F(RedisRowsTest, ARunThatRedisForgotIsNotGivenAgain) {
  ASSERT_TRUE(sessions_.CreateSession(Place("q1"), {}, 0).ok());
  std::set<std::uint64_t> given = {sessions_.NextStreamRun("q1").value()};
  ASSERT_EQ(server_.Ask("SAVE"), "+OK");
  for (int i = 0; i < 10; ++i) given.insert(sessions_.NextStreamRun("q1").value());
  const std::uint64_t last = *given.rbegin();
  Restart();
  EXPECT_GT(sessions_.NextStreamRun("q1").value(), last) << "all but the first were forgotten";
}

TEST_F(RedisRowsTest, WhenAllIsErasedNothingIsLeft) {
  const game::CreationKey key{.creator = "ann", .key = "k", .fingerprint = 1};
  game::SessionRecord match = Place("m1");
  match.state = SessionState::kStarted;
  ASSERT_TRUE(sessions_.CreateSession(match, key, 0).ok());
  game::SessionRecord alias = Place("q1");
  ASSERT_TRUE(sessions_.CreateSession(alias, {}, 0).ok());
  alias.version = 1;
  alias.state = SessionState::kStarted;
  alias.alias_of = "m1";
  ASSERT_TRUE(sessions_.UpdateSession(alias).ok());
  ASSERT_TRUE(entities_.CreateEntity({.id = "e1", .session_id = "m1"}, key, 10).ok());
  ASSERT_TRUE(sessions_.NextStreamRun("m1").ok());
  match.version = 1;
  match.state = SessionState::kFinished;
  ASSERT_TRUE(sessions_.UpdateSession(match).ok());
  for (const int hours : {0, 24}) {
    const game::Sweep sweep{.now = WallTime(std::chrono::hours(1'000 + hours)),
                            .keep = std::chrono::hours(24)};
    ASSERT_TRUE(sessions_.Purge(sweep).ok());
    ASSERT_TRUE(entities_.Purge(sweep).ok());
  }
  EXPECT_EQ(server_.AskAll("KEYS *"), "*0\r\n");
}

TEST_F(RedisRowsTest, WhileRedisIsAwayEveryCallSaysSo) {
  ASSERT_TRUE(sessions_.CreateSession(Place("q1"), {}, 0).ok());
  RedisSessionStore sessions(*client_);
  RedisEntityStore entities(*client_);
  server_.Kill();
  ASSERT_TRUE(oofgg::testing::Eventually([this] { return client_->LinkNumber() == 0; }));
  const game::Sweep sweep{.now = WallTime{}, .keep = std::chrono::hours(24)};
  for (const Status& status :
       {sessions.FindSession("q1").status(), sessions.CreateSession(Place("q2"), {}, 1).status(),
        sessions.UpdateSession(Place("q1")).status(), sessions.FindActive("ann", "arena").status(),
        sessions.ListSessions("arena", "ann", 10).status(), sessions.ListQueued().status(),
        sessions.EraseSession("q1"), sessions.NextStreamRun("q1").status(), sessions.Purge(sweep).status(),
        entities.FindEntity("q1", "e1").status(), entities.CreateEntity({.id = "e1"}, {}, 1).status(),
        entities.EraseEntity("q1", "e1").status()}) {
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
  }
}

TEST_F(RedisRowsTest, ARowThatIsNotOursIsSaidToBeDamaged) {
  ASSERT_TRUE(sessions_.CreateSession(Place("q1"), {}, 0).ok());
  for (const char* row : {"", "x", "0123456789012345678901234567890123456789"}) {
    ASSERT_TRUE(client_->Call(RedisCommand({"HSET", row_keys::kSessions, "q2", row}), Later()).ok());
    EXPECT_EQ(sessions_.FindSession("q2").status().code(), StatusCode::kDataLoss) << row;
  }
  EXPECT_TRUE(sessions_.FindSession("q1").ok());
}

}  // namespace
}  // namespace oofgg::storage
