// What every FleetOrderStore promises, run on each implementation.

#include "orchestration/fleet_order_store.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/conformance/request_store/request_stores.h"

namespace oofgg::orchestration {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FleetOrderStoreTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  FleetOrderStoreTest() : owner_(MakeStore(GetParam())), store_(owner_->orders()) {}

  std::unique_ptr<StoreOwner> owner_;
  FleetOrderStore& store_;
};

INSTANTIATE_TEST_SUITE_P(Stores, FleetOrderStoreTest, ::testing::ValuesIn(kAllStores),
                         [](const auto& tested) { return NameOf(tested.param); });

TEST_P(FleetOrderStoreTest, OfAFleetThatNothingWasOrderedOfThereIsVersionZero) {
  EXPECT_EQ(store_.Find("arena").value(), FleetOrders());
  EXPECT_EQ(store_.Pace("arena").value(), std::nullopt);
}

TEST_P(FleetOrderStoreTest, KeepsWhatIsOrderedAndCountsItsVersions) {
  FleetOrders orders;
  orders.min_ready = 2;
  orders.max = 0;
  orders.image = "example.org/arena:8";
  orders.command = "arena \"{port}\" \xE2\x82\xAC";
  orders.draining = {{"gs-1", WallTime(seconds(1'900'000'000))}, {"gs-2", FleetOrders::kNoDeadline}};
  ASSERT_TRUE(store_.Put("arena", orders).ok());
  orders.version = 1;
  EXPECT_EQ(store_.Find("arena").value(), orders);
  orders.max.reset();
  ASSERT_TRUE(store_.Put("arena", orders).ok());
  orders.version = 2;
  EXPECT_EQ(store_.Find("arena").value(), orders);
  EXPECT_EQ(store_.Find("duel").value(), FleetOrders()) << "each fleet has its own";
}

TEST_P(FleetOrderStoreTest, WhoDidNotReadTheNewestIsRefused) {
  FleetOrders mine;
  mine.max = 1;
  FleetOrders yours;
  yours.max = 2;
  ASSERT_TRUE(store_.Put("arena", mine).ok());
  EXPECT_EQ(store_.Put("arena", yours).code(), StatusCode::kAborted);
  EXPECT_EQ(store_.Find("arena")->max, 1U);
  yours.version = 7;
  EXPECT_EQ(store_.Put("arena", yours).code(), StatusCode::kAborted);
}

TEST_P(FleetOrderStoreTest, NoChangeOfManyAtOnceIsLost) {
  constexpr int kOperators = 4;
  std::vector<std::thread> operators;
  for (int i = 0; i < kOperators; ++i) {
    operators.emplace_back([this, i] {
      const auto changed = ChangeOrders(store_, "arena", [i](FleetOrders& orders) {
        orders.draining["gs-" + std::to_string(i)] = FleetOrders::kNoDeadline;
        return Status();
      });
      EXPECT_TRUE(changed.ok()) << changed.status();
    });
  }
  for (std::thread& each : operators) each.join();
  EXPECT_EQ(store_.Find("arena")->draining.size(), static_cast<std::size_t>(kOperators));
  EXPECT_EQ(store_.Find("arena")->version, static_cast<std::uint64_t>(kOperators));
}

TEST_P(FleetOrderStoreTest, AChangeThatIsNoneOrIsRefusedWritesNothing) {
  EXPECT_EQ(ChangeOrders(store_, "arena", [](FleetOrders&) { return Status(); })->version, 0U);
  const auto refused = ChangeOrders(store_, "arena", [](FleetOrders& orders) {
    orders.max = 1;
    return InvalidField("max", "is too small");
  });
  EXPECT_EQ(refused.status().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store_.Find("arena").value(), FleetOrders());
}

TEST_P(FleetOrderStoreTest, TheNewestPaceCounts) {
  FleetPace pace{.requests_per_second = 0.5,
                 .coming_seats = 3,
                 .start_time = milliseconds(900),
                 .told = WallTime(seconds(1'900'000'000))};
  ASSERT_TRUE(store_.TellPace("arena", pace).ok());
  pace.requests_per_second = 2.25;
  ASSERT_TRUE(store_.TellPace("arena", pace).ok());
  EXPECT_EQ(store_.Pace("arena").value(), pace);
  EXPECT_EQ(store_.Pace("duel").value(), std::nullopt);
}

}  // namespace
}  // namespace oofgg::orchestration
