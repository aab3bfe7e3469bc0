#include "net/websocket/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "game/event_channel.h"

namespace oofgg::net {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kMostHead = 8'192;

std::string HeadOf(const std::string& target, const std::string& more = {}) {
  return "GET " + target +
         " HTTP/1.1\r\nHost: here\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
         more + "\r\n";
}

UpgradeRequest RequestOf(const std::string& head) {
  UpgradeRequest request;
  const UpgradeRefusal refusal = ReadUpgrade(head, kMostHead, request);
  EXPECT_EQ(refusal.status, 0) << head << refusal.why;
  return request;
}

int StatusOf(const std::string& head) {
  UpgradeRequest request;
  return ReadUpgrade(head, kMostHead, request).status;
}

TEST(UpgradeTest, TheSessionIsTheLastSegmentOfThePath) {
  for (const char* path : {"/s-1", "//s-1", "/ws/s-1", "/any/prefix/s-1"}) {
    EXPECT_EQ(RequestOf(HeadOf(std::string(path) + "?token=t")).session_id, "s-1") << path;
  }
  for (const char* path : {"/", "/ws", "/ws/", "//"}) {
    EXPECT_EQ(RequestOf(HeadOf(std::string(path) + "?token=t")).session_id, "") << path;
  }
  for (const char* path : {"/a%20b", "/%2e%2e%2f", "/ws/%C3%A4", "/a,b"})
    EXPECT_EQ(StatusOf(HeadOf(path)), 404) << path;
  EXPECT_EQ(StatusOf(HeadOf("/" + std::string(129, 'x'))), 404);
}

TEST(UpgradeTest, TheQueryHasTheRest) {
  const UpgradeRequest plain = RequestOf(HeadOf("/s?token=a.b-c_d%3D"));
  EXPECT_EQ(plain.token, "a.b-c_d=") << "as encodeURIComponent writes it";
  EXPECT_EQ(plain.after, 0U);
  EXPECT_FALSE(plain.echo);
  const UpgradeRequest full =
      RequestOf(HeadOf("/s?token=t&echo=1&seq=4294967299&other=x", "Origin: https://a.example\r\n"));
  EXPECT_EQ(full.after, 4294967299U);
  EXPECT_TRUE(full.echo);
  EXPECT_EQ(full.origin, "https://a.example");
  EXPECT_EQ(RequestOf(HeadOf("/s?seq=oldest")).after, game::kBeforeAll);
  EXPECT_EQ(RequestOf(HeadOf("/s")).token, "");
  EXPECT_EQ(StatusOf(HeadOf("/s?seq=x")), 400);
  EXPECT_EQ(StatusOf(HeadOf("/s?seq=-1")), 400);
  EXPECT_EQ(StatusOf(HeadOf("/s?token=%zz")), 400);
}

TEST(UpgradeTest, WhatIsNoUpgradeIsToldSo) {
  EXPECT_EQ(StatusOf("GET /s HTTP/1.1\r\nHost: here\r\n\r\n"), 426);
  EXPECT_EQ(StatusOf("POST /s HTTP/1.1\r\nHost: here\r\nContent-Length: 0\r\n\r\n"), 405);
  EXPECT_EQ(StatusOf("hello\r\n\r\n"), 400);
  std::string old = HeadOf("/s");
  old.replace(old.find("Version: 13"), 11, "Version: 8 ");
  EXPECT_EQ(StatusOf(old), 426);
  std::string keyless = HeadOf("/s");
  keyless.replace(keyless.find("IHNhbXBs"), 8, "");
  EXPECT_EQ(StatusOf(keyless), 400);
  EXPECT_EQ(StatusOf(HeadOf("/s", "Host: there\r\n")), 400);
  EXPECT_EQ(StatusOf(HeadOf("/s", "X: " + std::string(kMostHead, 'x') + "\r\n")), 431);
}

TEST(UpgradeTest, OriginsCountOnlyWhereTheyAreNamed) {
  EXPECT_EQ(CheckOrigin({}, "https://evil.example").status, 0);
  EXPECT_EQ(CheckOrigin({"https://a.example"}, "https://a.example").status, 0);
  EXPECT_EQ(CheckOrigin({"https://a.example"}, "").status, 0) << "no browser";
  EXPECT_EQ(CheckOrigin({"https://a.example"}, "https://a.example.evil").status, 403);
  EXPECT_EQ(CheckOrigin({"https://a.example"}, "null").status, 403);
}

TEST(UpgradeTest, TheAnswerIsThatOfTheStandard) {
  // RFC 6455, section 1.3.
  EXPECT_THAT(UpgradeAnswer("dGhlIHNhbXBsZSBub25jZQ=="),
              HasSubstr("\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  const std::string refused = RefusalAnswer({401, "no"});
  EXPECT_THAT(refused, StartsWith("HTTP/1.1 401 Unauthorized\r\n"));
  EXPECT_THAT(refused, HasSubstr("Content-Length: 2\r\nConnection: close\r\n\r\nno"));
}

}  // namespace
}  // namespace oofgg::net
