// oofgg-game with --kafka, and the broker killed under load: players notice nothing, and every score that was
// acknowledged is in the topic. As it is, once and briefly; with OOFGG_KAFKA_LONG=1 three times and then away
// for two minutes (docs/event-log.md has its figures). And one whose spool is full.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "tests/integration/servers/kafka_fixture.h"
#include "tests/support/inbox.h"

namespace oofgg::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using SteadyClock = std::chrono::steady_clock;

// Above what it is when warm; librdkafka's queue takes 6 to 8 of it.
constexpr double kMemoryGrowth = 12;

class GameKafkaTest : public KafkaServersTest {
 protected:
  /// The id under which auth, maker and game record them.
  struct Pair {
    std::string first_player;
    std::string match;
  };
  /// Two who are new, and play a match that the maker makes.
  Pair PlayAMatch() {
    std::vector<std::unique_ptr<Client>> players;
    Inbox<StatusOr<Session>> sessions;
    std::vector<Call> watches;
    for (int i = 0; i < 2; ++i) {
      players.push_back(ClientOf(auth_.get(), game_.get()));
      EXPECT_TRUE(players.back()->account().GuestLogin({NewDeviceSecret()}).ok());
      JoinLeaveRequest join;
      join.game_id = "arena";
      join.action = JoinLeaveAction::kJoin;
      const auto place = players.back()->games().JoinLeave(join);
      EXPECT_TRUE(place.ok()) << place.status();
      if (!place.ok()) return {};
      watches.push_back(players.back()->games().WatchQueue(
          place->id, [&sessions](StatusOr<Session> session) { sessions.Put(std::move(session)); }));
    }
    const auto started = sessions.Next([](const StatusOr<Session>& session) {
      return !session.ok() || session->state == SessionState::kStarted;
    });
    EXPECT_TRUE(started.has_value() && started->ok());
    if (!started.has_value() || !started->ok()) return {};
    const auto match = (*started)->attributes.find("match_id");
    return {.first_player = players.front()->tokens().user_id, .match = std::get<std::string>(match->second)};
  }
};

TEST_F(GameKafkaTest, ABrokerThatIsKilledUnderLoadCostsNobodyAScore) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);  // For who follows it, or finds it ended halfway.
  const bool is_long = std::getenv("OOFGG_KAFKA_LONG") != nullptr;
  const int kills = is_long ? 3 : 1;
  const std::int64_t between = is_long ? 5'000 : 100;
  StartTheMaker();
  StartTheGame({"--maker", maker_->address("grpc")});
  StartLoad(4, is_long ? 2ms : 5ms);
  AwaitMore(between);
  const double memory_before = MemoryNow();
  const auto begin = SteadyClock::now();
  const std::int64_t submitted_before = Acknowledged();
  Pair pair;
  for (int i = 0; i < kills; ++i) {
    kafka_->Kill();
    AwaitMore(between);
    if (i == 0) pair = PlayAMatch();
    const auto returning = SteadyClock::now();
    kafka_->Start();
    const double started = SecondsSince(returning);
    ASSERT_TRUE(Eventually([this] { return Metric(*game_, "oofgg_event_log_oldest_wait_seconds") < 1; }));
    std::printf("kafka: killed; started again in %.1f s, caught up with after %.1f s\n", started,
                SecondsSince(returning));
  }
  if (is_long) {
    kafka_->Kill();
    const auto away = SteadyClock::now();
    double most_memory = 0;
    while (SecondsSince(away) < 120) {
      most_memory = (std::max)(most_memory, MemoryNow());
      std::this_thread::sleep_for(1s);
    }
    EXPECT_THAT(Fetch(*game_, "/readyz"), HasSubstr("ready\nrecords wait for Kafka: "));
    std::printf("kafka: away for 120 s; %.1f MiB wait on disk, memory %.1f MiB before, %.1f MiB at most\n",
                Metric(*game_, "oofgg_event_log_spool_bytes") / (1 << 20), memory_before, most_memory);
    EXPECT_LT(most_memory, memory_before + kMemoryGrowth);
    const auto returning = SteadyClock::now();
    kafka_->Start();
    ASSERT_TRUE(Eventually([this] { return Metric(*game_, "oofgg_event_log_oldest_wait_seconds") < 1; }));
    std::printf("kafka: caught up with %.1f s after it was started\n", SecondsSince(returning));
  }
  double slowest = 0;
  for (const auto& each : submitters_) {
    each->Stop();
    EXPECT_TRUE(each->failure().ok()) << each->failure();
    slowest = (std::max)(slowest, each->slowest_ms());
  }
  std::printf("kafka: %lld scores in %.0f s, %.0f/s, the slowest call %.0f ms; memory at the end %.1f MiB\n",
              static_cast<long long>(Acknowledged()), SecondsSince(begin),
              static_cast<double>(Acknowledged() - submitted_before) / SecondsSince(begin), slowest,
              MemoryNow());
  ASSERT_TRUE(AllIsShipped(*game_));
  ExpectEveryScoreOnceAndInOrder();
  // What the others recorded while the broker was away.
  ASSERT_TRUE(AllIsShipped(*auth_));
  ASSERT_TRUE(AllIsShipped(*maker_));
  EXPECT_EQ(CountRecords("oofgg.logs", "auth.registered", pair.first_player), 1);
  EXPECT_EQ(CountRecords("oofgg.matches", "match.placed", pair.match), 1);
  EXPECT_EQ(CountRecords("oofgg.matches", "match.started", pair.match), 1);
}

TEST_F(GameKafkaTest, AFullSpoolRefusesWhatWouldBeRecordedAndLosesNothing) {
  StartTheGame({"--event-spool-mib", "1"});
  ClientOptions once;
  once.retry.max_attempts = 1;
  StartLoad(4, 0ms, once);
  AwaitMore(100);
  kafka_->Kill();
  AwaitMore(500);
  const double warm = MemoryNow();
  for (const auto& each : submitters_) {
    ASSERT_TRUE(Eventually([&] { return each->has_ended(); }));
    each->Stop();
    EXPECT_EQ(each->failure().code(), StatusCode::kUnavailable) << each->failure();
    EXPECT_THAT(std::string(each->failure().message()), HasSubstr("the event log is full"));
    EXPECT_GT(RetryAfterOf(each->failure()).value_or(0ms), 0ms);
  }
  const double waiting = Metric(*game_, "oofgg_event_log_spool_bytes");
  EXPECT_LE(waiting, 1 << 20);
  EXPECT_GT(waiting, (1 << 20) * 3 / 4);
  Client& player = submitters_.front()->client();
  const auto made = player.games().CreateSession({.game_id = "arena"});
  EXPECT_EQ(made.status().code(), StatusCode::kUnavailable) << made.status();
  for (int i = 0; i < 1'000; ++i) {
    ScoreSubmission refused;
    refused.game_id = "arena";
    refused.value = 1'000'000;
    ASSERT_EQ(player.scores().SubmitScore(refused).status().code(), StatusCode::kUnavailable);
  }
  // Who only reads, or signs in where there is room, notices nothing.
  const auto board = player.scores().GetLeaderboard({.game_id = "arena"});
  ASSERT_TRUE(board.ok()) << board.status();
  EXPECT_EQ(board->entries.size(), 4U);
  EXPECT_LT(board->entries.front().score.value, 1'000'000) << "refused before it changed anything";
  EXPECT_TRUE(player.games().GetGame({.id = "arena"}).ok());
  EXPECT_TRUE(ClientOf(auth_.get())->account().GuestLogin({NewDeviceSecret()}).ok());
  EXPECT_LT(MemoryNow(), warm + kMemoryGrowth);
  std::printf("kafka: full at %.2f MiB of records, memory %.1f MiB warm, %.1f MiB full\n",
              waiting / (1 << 20), warm, MemoryNow());

  kafka_->Start();
  ASSERT_TRUE(AllIsShipped(*game_));
  for (const auto& each : submitters_) each->Resume();
  AwaitMore(100);
  for (const auto& each : submitters_) {
    each->Stop();
    EXPECT_TRUE(each->failure().ok()) << each->failure();
  }
  ASSERT_TRUE(AllIsShipped(*game_));
  ExpectEveryScoreOnceAndInOrder();
}

TEST_F(GameKafkaTest, AWrongPasswordIsToldInOneLineWithoutIt) {
  const std::string config = WriteConfig(kafka_->SecureProperties("a-wrong-secret"));
  const TemporaryDirectory folder;
  ChildProcess child("oofgg-auth",
                     In(folder, {"--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--kafka",
                                 kafka_->secure_address(), "--kafka-config", config}));
  EXPECT_EQ(child.Wait(), 1);
  EXPECT_THAT(child.errors(), HasSubstr("--kafka: no way into Kafka at " + kafka_->secure_address() + ": "));
  EXPECT_THAT(child.errors(), HasSubstr("Authentication failed"));
  EXPECT_EQ(std::count(child.errors().begin(), child.errors().end(), '\n'), 1) << child.errors();
  EXPECT_EQ(child.errors().find("a-wrong-secret"), std::string::npos) << child.errors();
}

}  // namespace
}  // namespace oofgg::testing
