#include "auth/rate_limiter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/testing/fake_clock.h"
#include "storage/redis/auth/redis_rate_limiter.h"
#include "tests/integration/redis/redis_fixture.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;
using storage::RedisRateLimiter;
using storage::RedisRateLimiterOptions;
using storage::testing::ConnectTo;

constexpr RateLimit kTwo{.per_second = 1, .burst = 2};

class RateLimiterTest : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (GetParam() == "Memory") {
      limiter_ = std::make_unique<MemoryRateLimiter>(clock_, 1000);
      return;
    }
    server_ = std::make_unique<oofgg::testing::RedisServer>();
    client_ = ConnectTo(server_->url());
    limiter_ = std::make_unique<RedisRateLimiter>(*client_,
                                                  RedisRateLimiterOptions{.timeout = 20s, .clock = &clock_});
  }

  oofgg::testing::FakeClock clock_;
  std::unique_ptr<oofgg::testing::RedisServer> server_;
  std::unique_ptr<storage::RedisClient> client_;
  std::unique_ptr<RateLimiter> limiter_;
};

TEST_P(RateLimiterTest, AllowsABurstThenTheRate) {
  EXPECT_TRUE(limiter_->TryTake("a", kTwo));
  EXPECT_TRUE(limiter_->TryTake("a", kTwo));
  const Admission refused = limiter_->TryTake("a", kTwo);
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.retry_after, 1s);
  clock_.Advance(999ms);
  EXPECT_FALSE(limiter_->TryTake("a", kTwo));
  clock_.Advance(1ms);
  EXPECT_TRUE(limiter_->TryTake("a", kTwo)) << "as it was told, to the millisecond";
  EXPECT_FALSE(limiter_->TryTake("a", kTwo));
  clock_.Advance(1h);
  EXPECT_TRUE(limiter_->TryTake("a", kTwo));
  EXPECT_TRUE(limiter_->TryTake("a", kTwo));
  EXPECT_FALSE(limiter_->TryTake("a", kTwo)) << "a burst is all that is saved up";
}

TEST_P(RateLimiterTest, KeysAndLimitsDoNotShare) {
  constexpr RateLimit kOne{.per_second = 1, .burst = 1};
  EXPECT_TRUE(limiter_->TryTake("a", kOne));
  EXPECT_FALSE(limiter_->TryTake("a", kOne));
  EXPECT_TRUE(limiter_->TryTake("b", kOne));
  EXPECT_TRUE(limiter_->TryTake(std::string("a\0", 2), kOne));
  EXPECT_TRUE(limiter_->TryTake("a", kTwo)) << "another limit is another bucket";
}

TEST_P(RateLimiterTest, TakesFromAllOrFromNone) {
  constexpr RateLimit kSlow{.per_second = 0.1, .burst = 1};
  const LimitedKey both[] = {{"address", kTwo}, {"account", kSlow}};
  EXPECT_TRUE(limiter_->TryTake(both));
  const Admission refused = limiter_->TryTake(both);
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.retry_after, 10s) << "that of the slowest";
  EXPECT_TRUE(limiter_->TryTake("address", kTwo)) << "the refusal took nothing";
  EXPECT_FALSE(limiter_->TryTake("address", kTwo));
}

TEST_P(RateLimiterTest, AnEmptyListIsGranted) {
  EXPECT_TRUE(limiter_->TryTake(std::span<const LimitedKey>()));
}

TEST_P(RateLimiterTest, ALimitOfNothingRefusesForEver) {
  const Admission refused = limiter_->TryTake("a", RateLimit{.per_second = 1, .burst = 0.5});
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.retry_after, Duration::max());
}

TEST_P(RateLimiterTest, OddRatesAddUp) {
  constexpr RateLimit kOdd{.per_second = 3, .burst = 1};
  int granted = 0;
  for (int i = 0; i < 1000; ++i) {
    if (limiter_->TryTake("a", kOdd)) ++granted;
    clock_.Advance(100ms);
  }
  // 100 s at 3 a second, looked at ten times a second: one each 400 ms.
  EXPECT_EQ(granted, 250);
}

TEST_P(RateLimiterTest, ManyAtOnceGetNoMoreThanThereIs) {
  constexpr RateLimit kTen{.per_second = 0.001, .burst = 10};
  std::atomic<int> granted = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        if (limiter_->TryTake("a", kTen)) ++granted;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(granted, 10);
}

INSTANTIATE_TEST_SUITE_P(Limiters, RateLimiterTest, ::testing::Values("Memory", "Redis"));

class RedisRateLimiterTest : public ::testing::Test {
 protected:
  oofgg::testing::RedisServer server_;
  std::unique_ptr<storage::RedisClient> client_ = ConnectTo(server_.url());
};

TEST_F(RedisRateLimiterTest, InstancesShareByRedisTime) {
  const auto other_client = ConnectTo(server_.url());
  RedisRateLimiter here(*client_, {.timeout = 20s});
  RedisRateLimiter there(*other_client, {.timeout = 20s});
  constexpr RateLimit kHourly{.per_second = 1.0 / 3600, .burst = 1};
  EXPECT_TRUE(here.TryTake("a", kHourly));
  const Admission refused = there.TryTake("a", kHourly);
  EXPECT_FALSE(refused);
  EXPECT_GT(refused.retry_after, 59min);
  EXPECT_LE(refused.retry_after, 60min);
}

TEST_F(RedisRateLimiterTest, KeepsNoNamesAndForgetsFullBuckets) {
  RedisRateLimiter limiter(*client_, {.timeout = 20s, .name_key = "pepper"});
  ASSERT_TRUE(limiter.TryTake("login/account/ann", RateLimit{.per_second = 1, .burst = 60}));
  const auto keys = client_->Call({"KEYS", "*"}, storage::testing::Soon());
  ASSERT_EQ(keys->elements.size(), 1U);
  const std::string& name = keys->elements[0].text;
  EXPECT_THAT(name, ::testing::StartsWith("oofgg:limit:"));
  EXPECT_THAT(name, ::testing::Not(::testing::HasSubstr("ann")));
  const std::int64_t ttl = client_->Call({"PTTL", name}, storage::testing::Soon())->integer;
  EXPECT_GT(ttl, 50'000);
  EXPECT_LE(ttl, 61'000);
}

TEST_F(RedisRateLimiterTest, WithoutRedisBucketsOfOurOwnDecide) {
  RedisRateLimiter limiter(*client_, {.timeout = 100ms, .rest = 1h});
  server_.Kill();
  EXPECT_TRUE(limiter.TryTake("a", kTwo));
  EXPECT_TRUE(limiter.TryTake("a", kTwo));
  EXPECT_FALSE(limiter.TryTake("a", kTwo)) << "not without any limit";
}

TEST_F(RedisRateLimiterTest, WithoutRedisNobodyIsLetInWhereThatIsAsked) {
  RedisRateLimiter limiter(
      *client_, {.timeout = 100ms, .when_away = RedisRateLimiterOptions::WhenAway::kRefuse, .rest = 10ms});
  server_.Kill();
  const Admission refused = limiter.TryTake("a", kTwo);
  EXPECT_FALSE(refused);
  EXPECT_EQ(refused.retry_after, 10ms);
  server_.Start();
  ASSERT_TRUE(client_->WaitUntilUp(storage::testing::Soon()).ok());
  while (!limiter.TryTake("a", RateLimit{.per_second = 1000, .burst = 1000})) {
  }
}

TEST_F(RedisRateLimiterTest, AHungRedisIsAskedOnceNotEachTime) {
  RedisRateLimiter limiter(*client_, {.timeout = 100ms, .rest = 1h});
  server_.Pause();
  const TimePoint start = Clock::System().Now();
  for (int i = 0; i < 1000; ++i) (void)limiter.TryTake("a", kTwo);
  EXPECT_LT(Clock::System().Now() - start, 20s) << "a thousand timeouts would be 100 s";
  server_.Resume();
}

}  // namespace
}  // namespace oofgg::auth
