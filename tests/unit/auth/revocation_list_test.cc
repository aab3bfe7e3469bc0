#include "oofgg/auth/revocation_list.h"

#include <gtest/gtest.h>

#include <string>

#include "oofgg/testing/fake_clock.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

class RevocationListTest : public ::testing::Test {
 protected:
  WallTime In(std::chrono::seconds time) const { return clock_.WallNow() + time; }

  oofgg::testing::FakeClock clock_;
  RevocationList list_{clock_};
};

TEST_F(RevocationListTest, KnowsWhatWasAdded) {
  list_.Add("session-1", In(60s));
  EXPECT_TRUE(list_.Contains("session-1"));
  EXPECT_FALSE(list_.Contains("session-2"));
  EXPECT_FALSE(list_.Contains(""));
}

TEST_F(RevocationListTest, ForgetsWhatNoLongerMatters) {
  list_.Add("short", In(10s));
  list_.Add("long", In(60s));
  clock_.Advance(10s);
  list_.Add("another", In(60s));
  EXPECT_EQ(list_.size(), 2U);
  EXPECT_TRUE(list_.Contains("long"));
  list_.Add("too late", In(-1s));
  EXPECT_EQ(list_.size(), 2U);
}

TEST_F(RevocationListTest, AgainExtendsAndNeverShortens) {
  list_.Add("session", In(10s));
  list_.Add("session", In(60s));
  list_.Add("session", In(5s));
  clock_.Advance(30s);
  list_.Add("other", In(60s));
  EXPECT_TRUE(list_.Contains("session"));
  clock_.Advance(30s);
  list_.Add("third", In(60s));
  EXPECT_FALSE(list_.Contains("session"));
}

}  // namespace
}  // namespace oofgg::auth
