#include "base/forwarded_for.h"

#include <gtest/gtest.h>

namespace oofgg {
namespace {

TEST(ForwardedForTest, IsReadFromItsEndForAsLongAsOurProxiesSpeak) {
  const AddressList proxies = AddressList::Parse("10.0.0.0/8").value();
  const auto caller = [&](const char* peer, const char* forwarded) {
    return ForwardedFor(proxies, peer, forwarded);
  };
  EXPECT_EQ(caller("10.0.0.1", "203.0.113.7"), "203.0.113.7");
  EXPECT_EQ(caller("10.0.0.1", "1.2.3.4, 203.0.113.7"), "203.0.113.7")
      << "what a caller writes is not believed";
  EXPECT_EQ(caller("10.0.0.1", "203.0.113.7 ,10.0.0.2"), "203.0.113.7") << "two of our proxies";
  EXPECT_EQ(caller("10.0.0.1", "2001:db8::1"), "2001:db8::1");
  EXPECT_EQ(caller("10.0.0.1", "10.0.0.3"), "10.0.0.3");
  EXPECT_EQ(caller("192.0.2.1", "203.0.113.7"), "192.0.2.1") << "none of our proxies";
  for (const char* nonsense : {"", ",", "unknown", "203.0.113.7,", "203.0.113.7, x", "203.0.113.7:80"}) {
    EXPECT_EQ(caller("10.0.0.1", nonsense), "10.0.0.1") << nonsense;
  }
}

}  // namespace
}  // namespace oofgg
