#include "net/presence/connection_limiter.h"

#include <gtest/gtest.h>

namespace oofgg::net {
namespace {

AddressKey Key(const char* address) { return KeyOf(boost::asio::ip::make_address(address)); }

TEST(KeyOfTest, OneIpv4AddressOrOneIpv6NetworkIsOnePeer) {
  EXPECT_EQ(Key("192.0.2.1"), Key("::ffff:192.0.2.1"));
  EXPECT_NE(Key("192.0.2.1"), Key("192.0.2.2"));
  EXPECT_EQ(Key("2001:db8:1:2::1"), Key("2001:db8:1:2:ffff::9"));
  EXPECT_NE(Key("2001:db8:1:2::1"), Key("2001:db8:1:3::1"));
  EXPECT_NE(Key("::1"), Key("0.0.0.0"));
}

TEST(ConnectionLimiterTest, CountsAllAndByAddress) {
  ConnectionLimiter limiter(3, 2, 10);
  EXPECT_TRUE(limiter.Add(1).ok());
  EXPECT_TRUE(limiter.Add(1).ok());
  EXPECT_EQ(limiter.Add(1).message(), "too many connections from your address; close some");
  EXPECT_TRUE(limiter.Add(2).ok());
  EXPECT_EQ(limiter.Add(3).message(), "the server has all the connections it can take; try later");
  limiter.Remove(1);
  EXPECT_TRUE(limiter.Add(3).ok());
  EXPECT_EQ(limiter.total(), 3u);
}

TEST(ConnectionLimiterTest, AConnectionMovesToWhoseItTurnsOutToBe) {
  ConnectionLimiter limiter(9, 2, 0);
  for (const AddressKey proxied : {11, 12, 13}) ASSERT_TRUE(limiter.Add(proxied).ok());
  EXPECT_TRUE(limiter.Move(11, 1).ok());
  EXPECT_TRUE(limiter.Move(12, 1).ok());
  EXPECT_EQ(limiter.Move(13, 1).code(), StatusCode::kResourceExhausted);
  EXPECT_EQ(limiter.total(), 3U);
  limiter.Remove(1);
  EXPECT_TRUE(limiter.Move(13, 1).ok());
  limiter.Remove(1);
  limiter.Remove(1);
  EXPECT_EQ(limiter.total(), 0U);
}

TEST(ConnectionLimiterTest, FriendsAreCountedByAddress) {
  ConnectionLimiter limiter(9, 9, 10);
  for (const AddressKey address : {1U, 1U, 2U}) ASSERT_TRUE(limiter.Add(address).ok());
  EXPECT_TRUE(limiter.SetFriends(1, 0, 6).ok());
  EXPECT_TRUE(limiter.SetFriends(1, 0, 4).ok());
  EXPECT_EQ(limiter.SetFriends(1, 4, 5).message(),
            "too many friends on the lists from your address; send a token, or shorter lists");
  EXPECT_TRUE(limiter.SetFriends(2, 0, 10).ok()) << "another address has its own";
  EXPECT_TRUE(limiter.SetFriends(1, 6, 5).ok());
  EXPECT_TRUE(limiter.SetFriends(1, 4, 5).ok());
}

TEST(ConnectionLimiterTest, SaysOnceWhenTheLastIsGone) {
  int empty = 0;
  ConnectionLimiter limiter(3, 2, 10);
  EXPECT_TRUE(limiter.Add(1).ok());
  limiter.CloseDoor([&] { ++empty; });
  EXPECT_EQ(empty, 0);
  EXPECT_EQ(limiter.Add(2).code(), StatusCode::kUnavailable);
  limiter.Remove(1);
  EXPECT_EQ(empty, 1);
  ConnectionLimiter unused(3, 2, 10);
  unused.CloseDoor([&] { ++empty; });
  EXPECT_EQ(empty, 2);
}

}  // namespace
}  // namespace oofgg::net
