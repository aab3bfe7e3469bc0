// What only a Redis can do to requests: answer too late, forget, come back.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "storage/redis/orchestration/redis_fleet_leases.h"
#include "storage/redis/orchestration/redis_request_store.h"
#include "storage/redis/orchestration/request_keys.h"
#include "storage/redis/orchestration/request_row.h"
#include "storage/redis/orchestration/request_scripts.h"
#include "storage/redis/orchestration/seat_scripts.h"
#include "tests/support/eventually.h"
#include "tests/support/patience.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

using oofgg::testing::kPatience;
using orchestration::LeaseOf;
using orchestration::RequestLease;
using orchestration::RequestState;

constexpr WallTime kFar{std::chrono::hours(24 * 365 * 100)};
constexpr RowOptions kPatient{.timeout = kPatience, .timeout_without_link = kPatience};

TimePoint Later() { return DeadlineAfter(Clock::System().Now(), kPatience); }

class RedisRequestsTest : public ::testing::Test {
 protected:
  explicit RedisRequestsTest(std::vector<std::string> arguments = {"--appendonly", "no"})
      : server_(std::move(arguments)) {}

  void Ask(const std::string& id) { ASSERT_TRUE(requests_.Enqueue({{"arena", id}, {id}, kFar}).ok()); }
  RequestLease LeaseOne() {
    const auto leased = requests_.LeaseOldest({"arena"}, 1, kFar).value();
    return leased.empty() ? RequestLease{} : LeaseOf(leased.front());
  }
  /// What a script says, run once more than need be.
  std::string Twice(const RedisScript& script, std::vector<std::string> arguments) {
    arguments.emplace_back("PUBLISH");
    std::string said;
    for (int i = 0; i < 2; ++i) {
      const auto reply =
          client_->CallScript(script, {.keys = request_keys::Of("arena"), .arguments = arguments}, Later());
      EXPECT_TRUE(reply.ok()) << reply.status();
      if (reply.ok()) said += reply->elements.front().text + " ";
    }
    return said;
  }
  void Restart() {
    server_.Kill();
    server_.Start();
    ASSERT_TRUE(oofgg::testing::Eventually([this] { return client_->LinkNumber() != 0; }));
  }

  oofgg::testing::RedisServer server_;
  std::unique_ptr<RedisClient> client_ =
      RedisClient::Connect({.url = ParseRedisUrl(server_.url()).value()}, Later()).value();
  RedisRequestStore requests_{*client_, kPatient};
};

TEST_F(RedisRequestsTest, AStepThatIsSentTwiceIsDoneOnce) {
  const std::string far = MillisText(kFar);
  EXPECT_EQ(Twice(request_scripts::Enqueue(), {"a", "mark-1", PackPlayers({"a"}), far, "1"}), "row row ")
      << "the second is not kept out by the first";
  const std::string fence = std::to_string(LeaseOne().fence);
  EXPECT_EQ(Twice(request_scripts::Renew(), {"a", "mark-2", fence, far}), "done done ");
  EXPECT_EQ(Twice(seat_scripts::Take(), {"a", "mark-3", fence, "1", "s1", "h", "1", "h:1"}), "done done ");
  EXPECT_EQ(Twice(request_scripts::Complete(), {"a", "mark-4", fence}), "done done ");
  EXPECT_EQ(Twice(request_scripts::Occupy(), {"a", "mark-5", far}), "row row ");
  const std::string repair = std::to_string(requests_.Find({"arena", "a"}).value()->fence);
  EXPECT_EQ(Twice(request_scripts::Release(), {"a", "mark-6", repair}), "done done ");
  EXPECT_EQ(Twice(request_scripts::Occupy(), {"a", "mark-7", far}), "row row ");
  const std::string again = std::to_string(requests_.Find({"arena", "a"}).value()->fence);
  EXPECT_EQ(Twice(request_scripts::GiveBack(), {"a", "mark-8", again}), "done done ");
  const std::string last = std::to_string(LeaseOne().fence);
  EXPECT_EQ(Twice(request_scripts::Fail(), {"a", "mark-9", last, "no", "1"}), "done done ");
  EXPECT_EQ(requests_.Find({"arena", "a"}).value()->failures, 1U);
  EXPECT_EQ(Twice(request_scripts::Complete(), {"a", "mark-10", last}), "lost lost ");
}

TEST_F(RedisRequestsTest, AFenceThatRedisForgotIsNotGivenAgain) {
  Ask("a");
  ASSERT_EQ(server_.Ask("SAVE"), "+OK");
  const RequestLease forgotten = LeaseOne();
  Restart();
  const RequestLease next = LeaseOne();
  EXPECT_EQ(next.key.id, "a") << "it is in line again";
  EXPECT_GT(next.fence, forgotten.fence);
  EXPECT_EQ(requests_.GiveBack(forgotten).code(), StatusCode::kAborted);
}

TEST_F(RedisRequestsTest, AFenceIsNotGivenAgainEvenIfRedisForgotAll) {
  Ask("a");
  const RequestLease forgotten = LeaseOne();
  ASSERT_EQ(server_.Ask("FLUSHALL"), "+OK");
  Restart();
  Ask("a");
  EXPECT_NE(LeaseOne().fence, forgotten.fence);
  EXPECT_EQ(requests_.GiveBack(forgotten).code(), StatusCode::kAborted);
}

TEST_F(RedisRequestsTest, OnlyWhoHasTheFleetTakesItOver) {
  RedisFleetLeases leases(*client_, kPatient);
  ASSERT_TRUE(requests_.TakeOver("arena", "early").ok()) << "nobody has it";
  ASSERT_TRUE(leases.Hold("arena", "first", kPatience).value());
  const auto term = requests_.TakeOver("arena", "first");
  ASSERT_TRUE(term.ok()) << term.status();
  EXPECT_EQ(requests_.TakeOver("arena", "second").status().code(), StatusCode::kAborted);
  EXPECT_TRUE(requests_.SweepLapsed(*term, kFar).ok()) << "the first one goes on";
}

TEST_F(RedisRequestsTest, ATermThatRedisForgotIsNotGivenAgain) {
  ASSERT_EQ(server_.Ask("SAVE"), "+OK");
  const auto forgotten = requests_.TakeOver("arena", "first").value();
  Restart();
  EXPECT_TRUE(requests_.SweepLapsed(forgotten, kFar).ok()) << "nobody else has begun one";
  EXPECT_GT(requests_.TakeOver("arena", "second").value().number, forgotten.number);
  EXPECT_EQ(requests_.SweepLapsed(forgotten, kFar).status().code(), StatusCode::kAborted);
}

TEST_F(RedisRequestsTest, WhenAllIsOverOnlyCountsAreLeft) {
  for (const char* id : {"a", "b", "c"}) Ask(id);
  ASSERT_TRUE(requests_.TakeSeats(LeaseOne(), {"s1", "h", 1, "h:1"}, 0).ok());
  const RequestLease done = LeaseOne();
  ASSERT_TRUE(requests_.TakeSeats(done, {"s1", "h", 1, "h:1"}, 0).ok());
  ASSERT_TRUE(requests_.Complete(done).ok());
  for (const char* id : {"a", "b", "c"}) ASSERT_TRUE(requests_.Withdraw({"arena", id}).ok());
  ASSERT_TRUE(requests_.CloseServer({"arena"}, "s1", orchestration::RequestStore::Closing::kAnyhow).ok());
  ASSERT_TRUE(requests_.DropServer({"arena"}, "s1", "gone").ok());
  EXPECT_EQ(server_.AskAll("KEYS *"), "*1\r\n$" + std::to_string(sizeof("oofgg:{maker:arena}:counts") - 1) +
                                          "\r\noofgg:{maker:arena}:counts\r\n");
  EXPECT_EQ(requests_.Waiting("arena").value().seats, 0U);
}

TEST_F(RedisRequestsTest, WhileRedisIsAwayEveryCallSaysSo) {
  RedisRequestStore requests(*client_);
  server_.Kill();
  ASSERT_TRUE(oofgg::testing::Eventually([this] { return client_->LinkNumber() == 0; }));
  const RequestLease lease{{"arena", "a"}, 1};
  for (const Status& status :
       {requests.Enqueue({lease.key, {"a"}, kFar}).status(), requests.Find(lease.key).status(),
        requests.LeaseOldest({"arena"}, 1, kFar).status(), requests.Complete(lease),
        requests.Withdraw(lease.key).status(), requests.Seats("arena").status(),
        requests.SweepLapsed({"arena"}, kFar).status(), requests.Forget({"arena"}, "s", "a")}) {
    EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
  }
}

class DurableRedisRequestsTest : public RedisRequestsTest {
 protected:
  DurableRedisRequestsTest() : RedisRequestsTest({"--appendonly", "yes", "--appendfsync", "always"}) {}
};

TEST_F(DurableRedisRequestsTest, NothingAcknowledgedIsLostWhenRedisIsKilled) {
  std::atomic<int> told{0};
  std::atomic<bool> stop{false};
  std::thread worker([&] {
    for (int i = 0; !stop; ++i) {
      const std::string id = "c" + std::to_string(i);
      if (!requests_.Enqueue({{"arena", id}, {id}, kFar}).ok()) return;
      const auto leased = requests_.LeaseOldest({"arena"}, 1, kFar);
      if (!leased.ok() || leased->empty()) continue;  // Its answer may have been lost.
      const RequestLease lease = LeaseOf(leased->front());
      if (!requests_.TakeSeats(lease, {"s1", "h", 1, "h:1"}, 0).ok()) continue;
      if (requests_.Complete(lease).ok()) ++told;
    }
  });
  for (int kills = 1; kills <= 3; ++kills) {
    ASSERT_TRUE(oofgg::testing::Eventually([&] { return told >= 20 * kills; }));
    Restart();
  }
  stop = true;
  worker.join();
  ASSERT_TRUE(requests_.TakeOver("arena", "worker").ok());
  int done = 0;
  const std::vector<orchestration::Seat> seats = requests_.Seats("arena").value();
  for (const orchestration::Seat& seat : seats) {
    const auto record = requests_.Find(seat.request).value();
    ASSERT_TRUE(record.has_value()) << seat.player;
    if (record->state == RequestState::kDone) ++done;
  }
  EXPECT_GE(done, told) << "what was confirmed is there";
  EXPECT_LE(done, told + 3) << "an answer may be lost at each kill";
}

}  // namespace
}  // namespace oofgg::storage
