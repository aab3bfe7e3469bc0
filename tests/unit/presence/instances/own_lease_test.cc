#include "presence/instances/own_lease.h"

#include <gtest/gtest.h>

#include <vector>

#include "oofgg/random.h"
#include "oofgg/testing/fake_clock.h"
#include "tests/unit/presence/instances/fake_bus.h"

namespace oofgg::presence {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kTtl = 3s;

/// How far an instance is behind is what its own beats take to come back to it.
class OwnLeaseTest : public ::testing::Test {
 protected:
  OwnLeaseTest() {
    lease_.Tick(clock_.Now());
    Acquired();
  }

  void Acquired() {
    bus_.acquisitions.front().on_leases(std::vector<Lease>());
    bus_.acquisitions.pop_front();
  }
  void Renewed(StatusOr<bool> renewed) {
    bus_.renewals.front().on_renewed(std::move(renewed));
    bus_.renewals.pop_front();
  }
  /// A third of the lease later; gives the moment.
  TimePoint Renew() {
    clock_.Advance(kTtl / 3);
    lease_.Tick(clock_.Now());
    EXPECT_EQ(bus_.renewals.size(), 1U);
    return clock_.Now();
  }

  testing::FakeClock clock_;
  SeededRandom random_{1};
  FakeBus bus_;
  OwnLease lease_{clock_,
                  random_,
                  bus_,
                  kTtl,
                  {.on_begun = [] {},
                   .on_leases = [](const std::vector<Lease>&, TimePoint) {},
                   .describe = [] { return LeaseRecord(); }}};
};

TEST_F(OwnLeaseTest, WhatWasSaidIsUnheardUntilItHasComeBack) {
  EXPECT_EQ(lease_.unheard_since(), kNever);
  const TimePoint first = Renew();
  Renewed(true);
  EXPECT_EQ(lease_.unheard_since(), first);
  const TimePoint second = Renew();
  Renewed(true);
  EXPECT_EQ(lease_.unheard_since(), first);
  clock_.Advance(300ms);
  lease_.OnHeard(lease_.life());
  EXPECT_EQ(lease_.unheard_since(), second);
  lease_.OnHeard(lease_.life() + 1);
  EXPECT_EQ(lease_.unheard_since(), second) << "another life's is not ours";
  lease_.OnHeard(lease_.life());
  EXPECT_EQ(lease_.unheard_since(), kNever);
}

TEST_F(OwnLeaseTest, OneThatIsLostIsNotWaitedForForEver) {
  Renew();
  Renewed(true);
  Renew();
  Renewed(true);
  lease_.OnHeard(lease_.life());
  EXPECT_EQ(lease_.unheard_since(), kNever) << "the second is heard at once";
}

TEST_F(OwnLeaseTest, WhatMayNotHaveBeenSaidIsNotWaitedFor) {
  Renew();
  Renewed(MakeStatus(StatusCode::kUnavailable, "no link"));
  EXPECT_EQ(lease_.unheard_since(), kNever);
}

TEST_F(OwnLeaseTest, ANewLifeHasSaidNothing) {
  Renew();
  Renewed(false);
  EXPECT_EQ(lease_.life(), 0U);
  clock_.AdvanceTo(lease_.NextDeadline());
  lease_.Tick(clock_.Now());
  Acquired();
  EXPECT_NE(lease_.life(), 0U);
  EXPECT_EQ(lease_.unheard_since(), kNever);
}

}  // namespace
}  // namespace oofgg::presence
