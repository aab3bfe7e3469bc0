#include "storage/redis/redirect.h"

#include <gtest/gtest.h>

namespace oofgg::storage::redis {
namespace {

RedisReply Refusal(const std::string& text) { return {.kind = RedisReply::Kind::kError, .text = text}; }
std::optional<Redirect> RedirectIn(const std::string& text) { return ParseRedirect(Refusal(text)); }

TEST(RedirectTest, SaysWhereTo) {
  EXPECT_EQ(RedirectIn("MOVED 3999 127.0.0.1:6381"),
            (Redirect{Redirect::Kind::kMoved, 3999, {"127.0.0.1", 6381}}));
  EXPECT_EQ(RedirectIn("ASK 16383 cache.example:1"),
            (Redirect{Redirect::Kind::kAsk, 16383, {"cache.example", 1}}));
  EXPECT_EQ(RedirectIn("MOVED 0 ::1:7000")->to, (HostPort{"::1", 7000}));
  EXPECT_EQ(RedirectIn("MOVED 0 [::1]:7000")->to, (HostPort{"::1", 7000}));
  EXPECT_EQ(RedirectIn("MOVED 0 :7000")->to, (HostPort{"", 7000}));
  EXPECT_EQ(RedirectIn("TRYAGAIN Multiple keys request")->kind, Redirect::Kind::kLater);
  EXPECT_EQ(RedirectIn("CLUSTERDOWN The cluster is down")->kind, Redirect::Kind::kLater);
}

TEST(RedirectTest, WhatIsMalformedIsAnErrorLikeAnyOther) {
  for (const std::string text :
       {"MOVED", "MOVED ", "MOVED 1", "MOVED 1 ", "MOVED 16384 a:1", "MOVED -1 a:1", "MOVED x a:1",
        "MOVED 1 a", "MOVED 1 a:0", "MOVED 1 a:65536", "ASK 1 a:x", "ASKING 1 a:1", "ERR MOVED 1 a:1", ""}) {
    EXPECT_FALSE(RedirectIn(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseRedirect({.kind = RedisReply::Kind::kString, .text = "MOVED 1 a:1"}).has_value());
}

TEST(RedirectTest, AnEmptyHostIsThatOfTheSpeaker) {
  RedisReply empty = Refusal("MOVED 1 :7000");
  NameRedirectHost(empty, "cache");
  EXPECT_EQ(empty.text, "MOVED 1 cache:7000");
  NameRedirectHost(empty, "other");
  EXPECT_EQ(empty.text, "MOVED 1 cache:7000");
  RedisReply other = Refusal("ERR no :1");
  NameRedirectHost(other, "cache");
  EXPECT_EQ(other.text, "ERR no :1");
}

}  // namespace
}  // namespace oofgg::storage::redis
