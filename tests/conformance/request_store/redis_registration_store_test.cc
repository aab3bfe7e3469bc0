// Registrations of game servers in one Redis, and in a cluster.

#include "storage/redis/orchestration/redis_registration_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/patience.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage {
namespace {

using oofgg::testing::kPatience;
using orchestration::ServerRegistration;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServerRegistration Metal(const std::string& instance) {
  return {.name = "metal",
          .instance = instance,
          .owner = "svc \"1\"",
          .fleet = "arena",
          .host = "play.example",
          .port = 3101,
          .control = "[2001:db8::7]:3100",
          .slots = 3};
}

void KeepAndErase(const std::string& url) {
  const auto client = RedisClient::Connect({.url = ParseRedisUrl(url).value()},
                                           DeadlineAfter(Clock::System().Now(), kPatience))
                          .value();
  RedisRegistrationStore store(*client, {.timeout = kPatience, .timeout_without_link = kPatience});
  EXPECT_THAT(store.Of("arena").value(), IsEmpty());
  ASSERT_TRUE(store.Write(Metal("run1")).ok());
  ASSERT_TRUE(store.Write(Metal("run2")).ok());
  EXPECT_THAT(store.Of("arena").value(), ElementsAre(Metal("run2"))) << "in the place of the former run";
  EXPECT_THAT(store.Of("duel").value(), IsEmpty());
  store.Erase(Metal("run1"));
  EXPECT_THAT(store.Of("arena").value(), ElementsAre(Metal("run2"))) << "another one by now";
  store.Erase(Metal("run2"));
  EXPECT_THAT(store.Of("arena").value(), IsEmpty());
}

TEST(RedisRegistrations, AreKeptForWhoeverIsNext) { KeepAndErase(oofgg::testing::RedisServer().url()); }

TEST(RedisRegistrations, InAClusterToo) { KeepAndErase(oofgg::testing::RedisCluster().url()); }

}  // namespace
}  // namespace oofgg::storage
