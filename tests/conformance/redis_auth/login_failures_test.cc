#include "auth/login_failures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "storage/redis/auth/redis_login_failures.h"
#include "tests/integration/redis/redis_fixture.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;
using storage::RedisLoginFailures;
using storage::testing::ConnectTo;

constexpr FailureRule kRule{.free_failures = 2, .first_delay = 1s, .max_delay = 60s};
constexpr LoginPlace kHome{"ann", "203.0.113.7"};
constexpr LoginPlace kStranger{"ann", "198.51.100.9"};
constexpr LoginPlace kNowhere{"ann", ""};

class LoginFailuresTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Memory") {
      failures_ = std::make_unique<MemoryLoginFailures>(clock_, 1000);
      return;
    }
    server_ = std::make_unique<oofgg::testing::RedisServer>();
    client_ = ConnectTo(server_->url());
    failures_ = std::make_unique<RedisLoginFailures>(
        *client_, storage::RedisLoginFailuresOptions{.timeout = 20s, .clock = &clock_});
  }
  void Fail(const LoginPlace& place, int times) {
    for (int i = 0; i < times; ++i) failures_->NoteWrong(place, kRule);
  }
  Duration WaitOf(const LoginPlace& place) { return failures_->Look(place).wait; }
  bool Knows(const LoginPlace& place) { return failures_->Look(place).is_known; }

  oofgg::testing::FakeClock clock_;
  std::unique_ptr<oofgg::testing::RedisServer> server_;
  std::unique_ptr<storage::RedisClient> client_;
  std::unique_ptr<LoginFailures> failures_;
};

TEST_P(LoginFailuresTest, TheFirstAreFreeThenEachDoublesTheWait) {
  EXPECT_EQ(WaitOf(kStranger), 0s);
  Fail(kStranger, 2);
  EXPECT_EQ(WaitOf(kStranger), 0s);
  for (const Duration expected : {1s, 2s, 4s, 8s, 16s, 32s, 60s, 60s}) {
    Fail(kStranger, 1);
    EXPECT_EQ(WaitOf(kStranger), expected);
  }
  EXPECT_EQ(WaitOf(kNowhere), 60s) << "wherever it was";
  EXPECT_EQ(WaitOf({"bob", kStranger.address}), 0s);
  clock_.Advance(59s);
  EXPECT_EQ(WaitOf(kStranger), 1s);
  clock_.Advance(1s);
  EXPECT_EQ(WaitOf(kStranger), 0s);
}

TEST_P(LoginFailuresTest, ManyDoNotOverflow) {
  Fail(kStranger, 200);
  EXPECT_EQ(WaitOf(kStranger), 60s);
}

TEST_P(LoginFailuresTest, ASuccessForgivesAndMakesTheAddressKnown) {
  Fail(kStranger, 5);
  EXPECT_FALSE(Knows(kHome));
  failures_->NoteRight(kHome);
  EXPECT_TRUE(Knows(kHome));
  EXPECT_FALSE(Knows(kStranger));
  EXPECT_FALSE(Knows({"bob", kHome.address}));
  EXPECT_EQ(WaitOf(kStranger), 0s);
  Fail(kStranger, 2);
  EXPECT_EQ(WaitOf(kStranger), 0s) << "it is counted from the beginning";
  failures_->NoteRight(kNowhere);
  EXPECT_FALSE(Knows(kNowhere));
}

TEST_P(LoginFailuresTest, AKnownAddressWaitsForItsOwnOnly) {
  failures_->NoteRight(kHome);
  Fail(kStranger, 50);
  EXPECT_EQ(WaitOf(kStranger), 60s);
  EXPECT_EQ(WaitOf(kHome), 0s);
  Fail(kHome, 3);
  EXPECT_EQ(WaitOf(kHome), 1s);
  failures_->NoteRight(kHome);
  EXPECT_EQ(WaitOf(kHome), 0s);
  EXPECT_EQ(WaitOf(kStranger), 60s) << "strangers are not forgiven by it";
}

TEST_P(LoginFailuresTest, IsForgottenWithTime) {
  Fail(kStranger, 2);
  clock_.Advance(LoginFailures::kFailuresKept - 1s);
  Fail(kStranger, 1);
  EXPECT_EQ(WaitOf(kStranger), 1s) << "each one keeps those before";
  clock_.Advance(LoginFailures::kFailuresKept);
  Fail(kStranger, 2);
  EXPECT_EQ(WaitOf(kStranger), 0s);
  failures_->NoteRight(kHome);
  clock_.Advance(LoginFailures::kAddressesKept - 1s);
  EXPECT_TRUE(Knows(kHome));
  clock_.Advance(1s);
  EXPECT_FALSE(Knows(kHome));
}

TEST_P(LoginFailuresTest, OfManyAtOnceEachCounts) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 5; ++t) threads.emplace_back([&] { Fail(kStranger, 1); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(WaitOf(kStranger), 4s);
}

TEST_P(LoginFailuresTest, NamesMayHoldAnyBytes) {
  Fail({std::string_view("ann\0b", 5), "x"}, 3);
  EXPECT_EQ(WaitOf({"ann", "x"}), 0s);
  EXPECT_EQ(WaitOf({std::string_view("ann\0b", 5), "x"}), 1s);
}

INSTANTIATE_TEST_SUITE_P(Records, LoginFailuresTest, ::testing::Values("Memory", "Redis"));

class RedisLoginFailuresTest : public ::testing::Test {
 protected:
  oofgg::testing::RedisServer server_;
  std::unique_ptr<storage::RedisClient> client_ = ConnectTo(server_.url());
};

TEST_F(RedisLoginFailuresTest, InstancesShareByRedisTime) {
  const auto other_client = ConnectTo(server_.url());
  RedisLoginFailures here(*client_, {.timeout = 20s});
  RedisLoginFailures there(*other_client, {.timeout = 20s});
  constexpr FailureRule kStrict{.free_failures = 0, .first_delay = 1h, .max_delay = 1h};
  here.NoteRight(kHome);
  EXPECT_TRUE(there.Look(kHome).is_known);
  here.NoteWrong(kStranger, kStrict);
  EXPECT_GT(there.Look(kStranger).wait, 59min);
  EXPECT_LE(there.Look(kStranger).wait, 60min);
  there.NoteRight(kNowhere);
  EXPECT_EQ(here.Look(kStranger).wait, 0s);
}

TEST_F(RedisLoginFailuresTest, KeepsNoNamesAndNothingForEver) {
  RedisLoginFailures failures(*client_, {.timeout = 20s, .name_key = "pepper"});
  failures.NoteWrong(kStranger, kRule);
  failures.NoteRight({"bob", kHome.address});
  const auto keys = client_->Call({"KEYS", "*"}, storage::testing::Soon());
  ASSERT_EQ(keys->elements.size(), 2U);
  for (const auto& key : keys->elements) {
    EXPECT_THAT(key.text, ::testing::StartsWith("oofgg:failures:"));
    EXPECT_THAT(key.text, ::testing::Not(::testing::HasSubstr("ann")));
    const std::int64_t ttl = client_->Call({"PTTL", key.text}, storage::testing::Soon())->integer;
    EXPECT_GT(ttl, 0);
    EXPECT_LE(ttl, std::chrono::milliseconds(LoginFailures::kAddressesKept).count());
  }
}

TEST_F(RedisLoginFailuresTest, WithoutRedisEachGoesByWhatItSeesItself) {
  RedisLoginFailures failures(*client_, {.timeout = 100ms, .rest = 1h});
  server_.Kill();
  for (int i = 0; i < 3; ++i) failures.NoteWrong(kStranger, kRule);
  EXPECT_GT(failures.Look(kStranger).wait, 0s);
  EXPECT_EQ(failures.Look({"bob", ""}).wait, 0s);
}

}  // namespace
}  // namespace oofgg::auth
