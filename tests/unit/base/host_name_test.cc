#include "base/host_name.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg::base {
namespace {

TEST(HostName, NamesAndAddressesAreHosts) {
  for (const std::string& host : {std::string("localhost"), std::string("play.example"), std::string("a"),
                                  std::string("xn--4ca.example."), std::string("3com.example"),
                                  std::string("game_server-1"), std::string("127.0.0.1"), std::string("::1"),
                                  std::string("2001:db8::7"), std::string(63, 'a') + ".b"}) {
    EXPECT_TRUE(IsHost(host)) << host;
  }
}

TEST(HostName, WhatNobodyCanConnectToIsNoHost) {
  for (const std::string& text : {std::string(),
                                  std::string("."),
                                  std::string("-"),
                                  std::string("-a"),
                                  std::string("a-.b"),
                                  std::string("a..b"),
                                  std::string(".a"),
                                  std::string("a.."),
                                  std::string("a b"),
                                  std::string("a\n"),
                                  std::string("http://x/"),
                                  std::string("x:99"),
                                  std::string("[::1]"),
                                  std::string("a@b"),
                                  std::string("300.1.1.1"),
                                  std::string("1.2.3"),
                                  std::string("7"),
                                  std::string("1::2::3"),
                                  std::string("127.0.0.1\0x", 11),
                                  std::string(64, 'a'),
                                  std::string(300, 'a')}) {
    EXPECT_FALSE(IsHost(text)) << text;
  }
}

}  // namespace
}  // namespace oofgg::base
