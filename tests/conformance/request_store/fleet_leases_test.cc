// What every FleetLeaseStore promises.

#include <gtest/gtest.h>

#include <memory>

#include "storage/memory/orchestration/memory_fleet_leases.h"
#include "storage/redis/orchestration/redis_fleet_leases.h"
#include "tests/conformance/request_store/request_stores.h"
#include "tests/support/eventually.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLong{600'000};
constexpr milliseconds kMoment{20};

class FleetLeasesTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  bool Holds(const std::string& holder, milliseconds lease = kLong) {
    return leases().Hold("arena", holder, lease).value();
  }
  FleetLeaseStore& leases() { return owner_->leases(); }

 private:
  const std::unique_ptr<StoreOwner> owner_ = MakeStore(GetParam());
};

TEST_P(FleetLeasesTest, OneWorkerHasAFleet) {
  EXPECT_TRUE(Holds("a"));
  EXPECT_FALSE(Holds("b"));
  EXPECT_TRUE(Holds("a")) << "prolonged";
  EXPECT_TRUE(leases().Hold("duel", "b", kLong).value()) << "another fleet";
}

TEST_P(FleetLeasesTest, WhoLetsGoMakesRoom) {
  ASSERT_TRUE(Holds("a"));
  ASSERT_TRUE(leases().LetGo("arena", "b").ok());
  EXPECT_FALSE(Holds("b")) << "not theirs to let go";
  ASSERT_TRUE(leases().LetGo("arena", "a").ok());
  EXPECT_TRUE(Holds("b"));
  EXPECT_TRUE(leases().LetGo("arena", "a").ok()) << "nothing to let go is no error";
  EXPECT_FALSE(Holds("a"));
}

TEST_P(FleetLeasesTest, ALeaseThatIsNotProlongedEnds) {
  ASSERT_TRUE(Holds("a", kMoment));
  EXPECT_TRUE(oofgg::testing::Eventually([&] { return Holds("b"); }));
  EXPECT_FALSE(Holds("a"));
}

TEST_P(FleetLeasesTest, ProlongingMayShorten) {
  ASSERT_TRUE(Holds("a"));
  ASSERT_TRUE(Holds("a", kMoment));
  EXPECT_TRUE(oofgg::testing::Eventually([&] { return Holds("b"); }));
}

TEST_P(FleetLeasesTest, TheWordIsTheHolders) {
  EXPECT_EQ(leases().Word("arena").value(), std::nullopt);
  ASSERT_TRUE(Holds("a"));
  EXPECT_EQ(leases().Word("arena").value(), "");
  ASSERT_TRUE(leases().Tell("arena", "a", "three servers").ok());
  ASSERT_TRUE(leases().Tell("arena", "b", "none at all").ok());
  EXPECT_EQ(leases().Word("arena").value(), "three servers");
  EXPECT_EQ(leases().Word("duel").value(), std::nullopt);
  ASSERT_TRUE(Holds("a"));
  EXPECT_EQ(leases().Word("arena").value(), "three servers") << "prolonging keeps it";
}

TEST_P(FleetLeasesTest, TheWordGoesWithTheLease) {
  ASSERT_TRUE(Holds("a"));
  ASSERT_TRUE(leases().Tell("arena", "a", "three servers").ok());
  ASSERT_TRUE(leases().LetGo("arena", "a").ok());
  EXPECT_EQ(leases().Word("arena").value(), std::nullopt);
  ASSERT_TRUE(Holds("b", kMoment));
  ASSERT_TRUE(leases().Tell("arena", "b", "two").ok());
  EXPECT_TRUE(oofgg::testing::Eventually([&] { return !leases().Word("arena").value().has_value(); }));
}

INSTANTIATE_TEST_SUITE_P(Stores, FleetLeasesTest,
                         ::testing::Values(StoreKind::kMemory, StoreKind::kRedis, StoreKind::kRedisCluster),
                         [](const auto& kind) { return NameOf(kind.param); });

}  // namespace
}  // namespace oofgg::orchestration
