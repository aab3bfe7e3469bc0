// What is told of sessions whose rows were in the Redis that came back empty, with their logs.

#include <memory>
#include <string>

#include "game/relay_home.h"
#include "game/session_access.h"
#include "storage/redis/game/redis_session_store.h"
#include "tests/conformance/event_relay/relay_instance.h"

namespace oofgg::game::testing {
namespace {

using ::testing::HasSubstr;

class GoneSessionTest : public ::testing::Test {
 protected:
  [[nodiscard]] oofgg::testing::RedisServer& server() { return setting_.deployment().MasterOf(""); }
  void MakeSession() {
    SessionRecord session;
    session.id = session_;
    session.game_id = "arena";
    session.owner_id = "ann";
    const auto made = store_.CreateSession(session, {}, 0);
    ASSERT_TRUE(made.ok()) << made.status();
  }
  void ForgetEverything() {
    server().Kill();
    server().Start();
  }

  const std::string session_ = NewSession();
  const std::string global_{kGlobalSessionId};
  RedisSetting setting_{std::make_unique<Forgetful>()};
  std::unique_ptr<storage::RedisClient> client_ = storage::testing::ConnectTo(setting_.deployment().url());
  storage::RedisSessionStore store_{*client_};
  SessionNotifier notifier_;
  Instance one_{setting_, {}, std::make_shared<RelayHome>(store_, notifier_)};
};

TEST_F(GoneSessionTest, StreamsEndWithAReasonAndNewOnesAreRefused) {
  MakeSession();
  Stream ann(one_, session_, kFromOldest);
  one_.Say(session_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  Stream behind(one_, session_, kFromOldest, "bob");
  ForgetEverything();
  EXPECT_EQ(ann.NextName(), "!EVENTS_GONE") << ann.end();
  EXPECT_THAT(ann.end(), HasSubstr("behind " + std::to_string(ann.last())));
  EXPECT_EQ(behind.ReadUntil("never"), "a !EVENTS_GONE ") << "behind what it had yet to read";
  Stream late(one_, session_, kFromOldest, "cid");
  EXPECT_EQ(late.NextName(), "!NOT_FOUND") << late.end();
}

TEST_F(GoneSessionTest, ASessionThatIsThereAgainHasAStreamAgain) {
  MakeSession();
  Stream ann(one_, session_, kFromOldest);
  one_.Say(session_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  ForgetEverything();
  EXPECT_EQ(ann.NextName(), "!EVENTS_GONE") << ann.end();
  MakeSession();
  Stream again(one_, session_, kFromOldest);
  Instance fresh(setting_, {}, std::make_shared<RelayHome>(store_, notifier_));
  fresh.Say(session_, "b");
  EXPECT_EQ(again.NextName(), "b") << again.end();
}

TEST_F(GoneSessionTest, GlobalEventsGoOnInTheNextRun) {
  ASSERT_TRUE(EnsureGlobalSession(store_).ok());
  Stream ann(one_, global_, kFromOldest);
  one_.Say(global_, "a");
  EXPECT_EQ(ann.NextName(), "a");
  const std::uint64_t number_of_a = ann.last();
  ForgetEverything();
  EXPECT_EQ(ann.NextName(), "!EVENTS_GONE") << ann.end();
  Stream again(one_, global_, kFromOldest);
  one_.Say(global_, "b");
  EXPECT_EQ(again.NextName(), "b") << again.end();
  EXPECT_GT(again.last() >> 32, number_of_a >> 32);
}

}  // namespace
}  // namespace oofgg::game::testing
