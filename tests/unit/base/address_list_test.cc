#include "base/address_list.h"

#include <gtest/gtest.h>

#include <string>

namespace oofgg {
namespace {

TEST(AddressListTest, KnowsItsNetworksAndNoOthers) {
  const auto list = AddressList::Parse("10.0.0.0/8, 192.0.2.128/25,2001:db8::/33,::1");
  ASSERT_TRUE(list.ok()) << list.status();
  for (const char* in : {"10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "192.0.2.128", "192.0.2.255",
                         "2001:db8::1", "2001:db8:7fff::", "::1"}) {
    EXPECT_TRUE(list->Contains(in)) << in;
  }
  for (const char* out : {"11.0.0.0", "192.0.2.127", "2001:db8:8000::", "::2", "0.0.0.1", "", "localhost",
                          "10.0.0", "10.0.0.1:80", "unix:/x"}) {
    EXPECT_FALSE(list->Contains(out)) << out;
  }
}

TEST(AddressListTest, EverythingAndNothing) {
  EXPECT_TRUE(AddressList::Parse("0.0.0.0/0")->Contains("203.0.113.9"));
  EXPECT_FALSE(AddressList::Parse("0.0.0.0/0")->Contains("2001:db8::1"));
  EXPECT_TRUE(AddressList::Parse("::/0")->Contains("2001:db8::1"));
  EXPECT_TRUE(AddressList::Parse("")->empty());
  EXPECT_FALSE(AddressList().Contains("127.0.0.1"));
}

TEST(AddressListTest, WhatIsNoNetworkIsNamed) {
  for (const std::string bad :
       {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "::/129", "proxy", "10.0.0.1/8/8", "1.2.3"}) {
    const auto list = AddressList::Parse("127.0.0.1," + bad);
    EXPECT_EQ(list.status().code(), StatusCode::kInvalidArgument) << bad;
    EXPECT_NE(std::string(list.status().message()).find("'" + bad + "'"), std::string::npos) << list.status();
  }
  EXPECT_FALSE(AddressList::Parse("127.0.0.1,,::1").ok());
}

}  // namespace
}  // namespace oofgg
