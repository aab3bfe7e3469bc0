// Makers on one Redis, or cluster, hold their keys against each other's.

#include "storage/redis/orchestration/redis_key_rings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/eventually.h"
#include "tests/support/patience.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

using oofgg::testing::Eventually;
using oofgg::testing::kPatience;
using std::chrono::milliseconds;
using ::testing::HasSubstr;

constexpr milliseconds kLongRing{600'000};
constexpr RowOptions kPatientRing{.timeout = kPatience, .timeout_without_link = kPatience};

/// On an empty Redis at `url`.
void Try(const std::string& url) {
  const auto client = RedisClient::Connect({.url = ParseRedisUrl(url).value()},
                                           DeadlineAfter(Clock::System().Now(), kPatience))
                          .value();
  const RedisKeyRings rings(*client, kPatientRing);
  ASSERT_TRUE(rings.Announce("a:1", {"old", "new"}, kLongRing).ok());
  ASSERT_TRUE(rings.Announce("b:1", {"new", "newer"}, kLongRing).ok()) << "they share one";
  const Status alone = rings.Announce("c:1", {"old"}, kLongRing);
  EXPECT_EQ(alone.code(), StatusCode::kFailedPrecondition) << "b has none of these";
  EXPECT_THAT(std::string(alone.message()), HasSubstr("b:1"));
  EXPECT_TRUE(rings.Announce("d:1", {"new"}, kLongRing).ok()) << "who was refused said nothing";
  ASSERT_TRUE(rings.Withdraw("d:1").ok());
  ASSERT_TRUE(rings.Withdraw("b:1").ok());
  EXPECT_TRUE(rings.Announce("c:1", {"old"}, milliseconds(1)).ok());
  ASSERT_TRUE(rings.Withdraw("a:1").ok());
  EXPECT_TRUE(Eventually([&] { return rings.Announce("e:1", {"other"}, kLongRing).ok(); }))
      << "who says nothing for its lease has ended";
  EXPECT_TRUE(rings.Announce("e:1", {"another"}, kLongRing).ok()) << "nobody is held against oneself";
}

TEST(RedisKeyRings, MakersThatRunShareAKey) { Try(oofgg::testing::RedisServer().url()); }

TEST(RedisKeyRings, InAClusterToo) { Try(oofgg::testing::RedisCluster().url()); }

}  // namespace
}  // namespace oofgg::storage
