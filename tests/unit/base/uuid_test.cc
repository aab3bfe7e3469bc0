#include "oofgg/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/testing/fake_clock.h"

namespace oofgg {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ContainsRegex;
using ::testing::StartsWith;

// 2022-02-22 19:22:22 UTC, the moment of the example in RFC 9562, appendix A.6.
constexpr WallTime kExample{milliseconds(0x017F22E279B0)};

TEST(UuidTest, HasTheFormOfTheRfc) {
  const testing::FakeClock clock(kExample);
  SeededRandom random(1);
  const std::string id = NewUuidV7(clock, random);
  EXPECT_THAT(id, StartsWith("017f22e2-79b0-7000-"));
  EXPECT_THAT(id, ContainsRegex("^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"));
  UuidGenerator generator(clock, random);
  EXPECT_THAT(generator.Next(), StartsWith("017f22e2-79b0-7"));
}

TEST(UuidTest, SortsByTimeWithinAMillisecond) {
  testing::FakeClock clock(kExample);
  SeededRandom random(1);
  std::string last = NewUuidV7(clock, random);
  for (int i = 0; i < 2000; ++i) {
    clock.Advance(microseconds(1));
    const std::string next = NewUuidV7(clock, random);
    ASSERT_LT(last, next);
    last = next;
  }
}

TEST(UuidTest, AGeneratorSortsEvenWhenTimeStandsStillOrStepsBack) {
  testing::FakeClock clock(kExample);
  SeededRandom random(1);
  UuidGenerator generator(clock, random);
  std::string last = generator.Next();
  // Three times what a millisecond holds.
  for (int i = 0; i < 12'288; ++i) {
    const std::string next = generator.Next();
    ASSERT_LT(last, next);
    last = next;
  }
  clock.SetWall(kExample - seconds(10));
  EXPECT_LT(last, generator.Next());
  clock.SetWall(kExample + seconds(10));
  EXPECT_THAT(generator.Next(), StartsWith("017f22e2-a0c0-7"));
}

TEST(UuidTest, ThreadsNeverShareAnId) {
  UuidGenerator generator(Clock::System(), RandomSource::System());
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (auto& ids : made) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) ids.push_back(generator.Next());
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const auto& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 4000U);
}

}  // namespace
}  // namespace oofgg
