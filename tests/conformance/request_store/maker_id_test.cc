// Who a maker is lasts as long as its store, and makers that share one are the same.

#include <gtest/gtest.h>

#include "storage/redis/orchestration/redis_maker_id.h"
#include "storage/sqlite/orchestration/sqlite_maker_id.h"
#include "tests/support/patience.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::storage {
namespace {

constexpr RowOptions kPatientId{.timeout = oofgg::testing::kPatience,
                                .timeout_without_link = oofgg::testing::kPatience};

std::string IdOn(const std::string& url, const std::string& fresh) {
  const auto client = RedisClient::Connect({.url = ParseRedisUrl(url).value()},
                                           DeadlineAfter(Clock::System().Now(), oofgg::testing::kPatience))
                          .value();
  return RedisMakerId(*client, fresh, kPatientId).value();
}

std::string IdIn(const std::string& file, const std::string& fresh) {
  const auto database = Database::Open(file).value();
  return SqliteMakerId(*database, fresh).value();
}

TEST(MakerId, InAFileItIsTheOneOfTheFirstStart) {
  const oofgg::testing::TemporaryDirectory folder;
  EXPECT_EQ(IdIn(folder / "one.db", "a"), "a");
  EXPECT_EQ(IdIn(folder / "one.db", "b"), "a");
  EXPECT_EQ(IdIn(folder / "two.db", "c"), "c");
}

TEST(MakerId, OnRedisItIsTheOneOfTheFirstMaker) {
  const oofgg::testing::RedisServer one;
  const oofgg::testing::RedisServer two;
  EXPECT_EQ(IdOn(one.url(), "a"), "a");
  EXPECT_EQ(IdOn(one.url(), "b"), "a");
  EXPECT_EQ(IdOn(two.url(), "c"), "c");
}

TEST(MakerId, OnAClusterToo) {
  const oofgg::testing::RedisCluster cluster;
  EXPECT_EQ(IdOn(cluster.url(), "a"), "a");
  EXPECT_EQ(IdOn(cluster.url(), "b"), "a");
}

}  // namespace
}  // namespace oofgg::storage
