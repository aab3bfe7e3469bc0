#include "storage/redis/redis_url.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace oofgg::storage {
namespace {

RedisUrl Parsed(std::string_view text) {
  const auto url = ParseRedisUrl(text);
  EXPECT_TRUE(url.ok()) << text << ": " << url.status();
  return url.value_or(RedisUrl());
}

TEST(RedisUrlTest, TakesABareAddress) {
  EXPECT_EQ(Parsed("cache:7000").hosts, (std::vector<HostPort>{{"cache", 7000}}));
  EXPECT_EQ(Parsed("cache").hosts, (std::vector<HostPort>{{"cache", 6379}}));
  EXPECT_EQ(Parsed("[::1]:7000").hosts, (std::vector<HostPort>{{"::1", 7000}}));
  EXPECT_EQ(Parsed("[::1]").hosts, (std::vector<HostPort>{{"::1", 6379}}));
}

TEST(RedisUrlTest, TakesAllOfAUrl) {
  const RedisUrl url =
      Parsed("rediss://ann:p%40ss%3a%2F@cache:7000/12?ca=/a&cert=/b%26&key=/c&password-file=/d");
  EXPECT_TRUE(url.tls);
  EXPECT_EQ(url.user, "ann");
  EXPECT_EQ(url.password, "p@ss:/");
  EXPECT_EQ(url.hosts, (std::vector<HostPort>{{"cache", 7000}}));
  EXPECT_EQ(url.database, 12);
  EXPECT_EQ(url.ca_file, "/a");
  EXPECT_EQ(url.cert_file, "/b&");
  EXPECT_EQ(url.key_file, "/c");
  EXPECT_EQ(url.password_file, "/d");
  EXPECT_FALSE(url.has_sentinel());
}

TEST(RedisUrlTest, UserAndPasswordMayEachBeLeftOut) {
  EXPECT_EQ(Parsed("redis://cache").password, "");
  EXPECT_FALSE(Parsed("redis://cache").tls);
  EXPECT_EQ(Parsed("redis://:secret@cache").password, "secret");
  EXPECT_EQ(Parsed("redis://:secret@cache").user, "");
  EXPECT_EQ(Parsed("redis://ann@cache").user, "ann");
  EXPECT_EQ(Parsed("redis://ann:a:b@cache").password, "a:b");
}

TEST(RedisUrlTest, TakesSentinels) {
  const RedisUrl url = Parsed("redis+sentinel://:secret@a:1,b,[::1]:3/main/2");
  EXPECT_EQ(url.hosts, (std::vector<HostPort>{{"a", 1}, {"b", 26379}, {"::1", 3}}));
  EXPECT_EQ(url.master_name, "main");
  EXPECT_EQ(url.database, 2);
  EXPECT_EQ(url.password, "secret");
  EXPECT_TRUE(Parsed("rediss+sentinel://a/main").tls);
}

TEST(RedisUrlTest, TakesNodesOfACluster) {
  const RedisUrl url = Parsed("redis+cluster://ann:secret@a:1,b,[::1]:3");
  EXPECT_TRUE(url.is_cluster);
  EXPECT_FALSE(url.has_sentinel());
  EXPECT_FALSE(url.tls);
  EXPECT_EQ(url.hosts, (std::vector<HostPort>{{"a", 1}, {"b", 6379}, {"::1", 3}}));
  EXPECT_EQ(url.user, "ann");
  EXPECT_EQ(url.password, "secret");
  EXPECT_TRUE(Parsed("rediss+cluster://a?ca=/a").tls);
  EXPECT_TRUE(Parsed("redis+cluster://a/0").is_cluster) << "the only database that there is";
  EXPECT_FALSE(Parsed("redis://a").is_cluster);
}

TEST(RedisUrlTest, SaysWhyAClusterHasNoOtherDatabase) {
  EXPECT_THAT(ParseRedisUrl("redis+cluster://a/1").status().ToString(),
              ::testing::HasSubstr("only number 0"));
}

TEST(RedisUrlTest, RefusesWhatItDoesNotUnderstandWithoutRepeatingIt) {
  for (const std::string_view text : {"",
                                      "redis://",
                                      "http://cache",
                                      "redis://a,b",
                                      "redis://cache:0",
                                      "redis://cache:65536",
                                      "redis://cache:x",
                                      "redis://cache/one",
                                      "redis://cache/-1",
                                      "redis://cache/0/1",
                                      "redis://:s3cret%@cache",
                                      "redis://:s3cret%2@cache",
                                      "redis://:s3cret%zz@cache",
                                      "redis+sentinel://a",
                                      "redis+sentinel://a/",
                                      "redis+sentinel://a,/main",
                                      "redis+cluster://",
                                      "redis+cluster://a,",
                                      "redis+cluster://a/main",
                                      "redis+cluster://:s3cret@a/1",
                                      "cluster://a",
                                      "redis://cache?ca=/a",
                                      "rediss://cache?cert=/a",
                                      "redis://:s3cret@cache?color=red",
                                      "redis://:s3cret@ca che:x",
                                      ":6379",
                                      "a:1:2",
                                      "redis://s3cret@@:1"}) {
    const auto url = ParseRedisUrl(text);
    EXPECT_EQ(url.status().code(), StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(url.status().ToString(), ::testing::Not(::testing::HasSubstr("s3cret"))) << text;
  }
  EXPECT_FALSE(ParseRedisUrl(std::string_view("cache\0.evil", 11)).ok());
}

TEST(RedisUrlTest, ShowsNoSecrets) {
  EXPECT_EQ(Parsed("rediss://ann:secret@cache/3?ca=/private/ca").Redacted(), "rediss://cache:6379/3");
  EXPECT_EQ(Parsed("redis+sentinel://:secret@a:1,b:2/main").Redacted(), "redis+sentinel://a:1,b:2/main");
  EXPECT_EQ(Parsed("rediss+cluster://ann:secret@a:1,b").Redacted(), "rediss+cluster://a:1,b:6379");
}

}  // namespace
}  // namespace oofgg::storage
