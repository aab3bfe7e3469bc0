#include "orchestration/fleet_facade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oofgg/testing/fake_clock.h"
#include "storage/memory/orchestration/memory_fleet_order_store.h"
#include "storage/memory/orchestration/memory_request_store.h"

namespace oofgg::orchestration {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

/// A fleet that tells what the test has written down.
class TellingDoor final : public FleetDoor {
 public:
  explicit TellingDoor(std::string name) : name_(std::move(name)) {}
  [[nodiscard]] const std::string& name() const override { return name_; }
  void Wake() override {}
  void SeatsReleased() override {}
  void SeatDenied(std::string_view) override {}
  void OrdersChanged() override { ++told; }
  void ListServers(OnListed on_listed) override { on_listed(servers); }

  StatusOr<std::vector<GameServerInfo>> servers = std::vector<GameServerInfo>();
  int told = 0;

 private:
  const std::string name_;
};

class FleetFacadeTest : public ::testing::Test {
 protected:
  FleetFacadeTest() {
    facade_.AddFleet(arena_);
    facade_.AddFleet(duel_);
    arena_.servers = std::vector<GameServerInfo>{
        {.id = "a1",
         .fleet = "arena",
         .state = GameServerState::kReady,
         .slots = 3,
         .reserved = 2,
         .outdated = false},
        {.id = "a2", .fleet = "arena", .state = GameServerState::kDraining, .slots = 3, .outdated = true}};
    duel_.servers = MakeStatus(StatusCode::kUnavailable, "nobody has it");
  }

  static CallContext As(const std::string& role) {
    CallContext context;
    context.caller = Caller{.user_id = "u", .role = role, .session_id = {}};
    return context;
  }
  std::vector<FleetConfig> Configured() {
    FleetConfig arena;
    arena.options.name = "arena";
    arena.options.max = 10;
    arena.options.image = "arena:1";
    arena.options.starts_servers = starts_servers_;
    arena.serves.games = {"arena"};
    FleetConfig duel;
    duel.options.name = "duel";
    return {arena, duel};
  }

  bool starts_servers_ = true;
  testing::FakeClock clock_;
  storage::MemoryRequestStore requests_;
  storage::MemoryFleetOrderStore orders_;
  TellingDoor arena_{"arena"};
  TellingDoor duel_{"duel"};
  FleetFacade facade_{{.requests = &requests_,
                       .orders = &orders_,
                       .configured = [this] { return Configured(); },
                       .clock = &clock_}};
};

TEST_F(FleetFacadeTest, IsForOperators) {
  for (const char* role : {"user", "developer"}) {
    EXPECT_EQ(facade_.ListFleets(As(role), {}).status().code(), StatusCode::kPermissionDenied);
    EXPECT_EQ(facade_.ScaleFleet(As(role), {.fleet = "arena", .max = 0}).status().code(),
              StatusCode::kPermissionDenied);
    EXPECT_EQ(facade_.DrainServers(As(role), {.fleet = "arena"}).status().code(),
              StatusCode::kPermissionDenied);
    EXPECT_EQ(facade_.UpdateFleet(As(role), {.fleet = "arena", .image = "x"}).status().code(),
              StatusCode::kPermissionDenied);
  }
  EXPECT_EQ(orders_.Find("arena")->version, 0U);
  EXPECT_TRUE(facade_.ListFleets(As("service"), {}).ok());
}

TEST_F(FleetFacadeTest, TellsOfEachFleetWhatIsConfiguredAndWhatItHas) {
  ASSERT_TRUE(requests_.Enqueue({ClientKey("arena", "ann"), {"ann"}, WallTime::max()}).ok());
  const auto fleets = facade_.ListFleets(As("admin"), {}).value().fleets;
  ASSERT_THAT(fleets, SizeIs(2));
  EXPECT_EQ(fleets[0].name, "arena");
  EXPECT_THAT(fleets[0].games, ElementsAre("arena"));
  EXPECT_EQ(fleets[0].max, 10U);
  EXPECT_EQ(fleets[0].image, "arena:1");
  EXPECT_FALSE(fleets[0].is_scaled || fleets[0].is_updated);
  EXPECT_EQ(fleets[0].ready, 1U);
  EXPECT_EQ(fleets[0].draining, 1U);
  EXPECT_EQ(fleets[0].outdated, 1U);
  EXPECT_EQ(fleets[0].slots, 6U);
  EXPECT_EQ(fleets[0].reserved, 2U);
  EXPECT_EQ(fleets[0].waiting, 1U);
  EXPECT_TRUE(fleets[0].has_worker);
  EXPECT_FALSE(fleets[1].has_worker) << "and yet it is listed";
  EXPECT_EQ(facade_.ListFleets(As("admin"), {.fleet = "chess"}).status().code(), StatusCode::kNotFound);
}

TEST_F(FleetFacadeTest, AnOrderIsStoredAndTheFleetIsTold) {
  const auto scaled = facade_.ScaleFleet(As("admin"), {.fleet = "arena", .min_ready = 4});
  ASSERT_TRUE(scaled.ok()) << scaled.status();
  EXPECT_EQ(scaled->min_ready, 4U);
  EXPECT_EQ(scaled->max, 10U) << "as it was";
  EXPECT_TRUE(scaled->is_scaled);
  EXPECT_EQ(arena_.told, 1);
  EXPECT_EQ(orders_.Find("arena")->min_ready, 4U);
  ASSERT_TRUE(facade_.UpdateFleet(As("admin"), {.fleet = "arena", .image = "arena:2"}).ok());
  EXPECT_EQ(orders_.Find("arena")->image, "arena:2");
  EXPECT_EQ(orders_.Find("arena")->min_ready, 4U) << "an order of one thing leaves the others";
  const auto reset = facade_.UpdateFleet(As("admin"), {.fleet = "arena", .reset = true});
  EXPECT_EQ(reset->image, "arena:1");
  EXPECT_FALSE(reset->is_updated);
  EXPECT_TRUE(reset->is_scaled);
}

TEST_F(FleetFacadeTest, WhereNoServersAreStartedThereIsNothingToScale) {
  starts_servers_ = false;
  for (const Status& status :
       {facade_.ScaleFleet(As("admin"), {.fleet = "arena", .min_ready = 1}).status(),
        facade_.UpdateFleet(As("admin"), {.fleet = "arena", .image = "arena:2"}).status()}) {
    EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("CONTAINER_BACKEND=none"));
  }
  EXPECT_EQ(orders_.Find("arena")->version, 0U);
  EXPECT_TRUE(facade_.ScaleFleet(As("admin"), {.fleet = "arena", .reset = true}).ok());
  EXPECT_TRUE(facade_.DrainServers(As("admin"), {.fleet = "arena"}).ok());
}

TEST_F(FleetFacadeTest, AFleetThatClosesIsListedWhileItHasAWorkerAndTakesNoOrders) {
  facade_.CloseFleet("arena");
  facade_.CloseFleet("duel");  // Nobody works on it.
  EXPECT_THAT(facade_.ListFleets(As("admin"), {}).value().fleets, SizeIs(1));
  EXPECT_THAT(facade_.ListGameServers(As("admin"), {}).value().servers, Not(IsEmpty()));
  EXPECT_EQ(facade_.ScaleFleet(As("admin"), {.fleet = "arena", .min_ready = 1}).status().code(),
            StatusCode::kNotFound);
  facade_.AddFleet(duel_);
  EXPECT_THAT(facade_.ListFleets(As("admin"), {}).value().fleets, SizeIs(2));
}

TEST_F(FleetFacadeTest, WhatCannotBeIsRefusedAndLeavesNoTrace) {
  const auto code = [](const auto& answer) { return answer.status().code(); };
  const CallContext admin = As("admin");
  EXPECT_EQ(code(facade_.ScaleFleet(admin, {.fleet = "arena"})), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(facade_.ScaleFleet(admin, {.fleet = "arena", .min_ready = 11})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(code(facade_.ScaleFleet(admin, {.fleet = "chess", .max = 1})), StatusCode::kNotFound);
  EXPECT_EQ(code(facade_.UpdateFleet(admin, {.fleet = "arena"})), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(facade_.DrainServers(admin, {})), StatusCode::kInvalidArgument);
  EXPECT_EQ(code(facade_.DrainServers(admin, {.server_id = "a1", .fleet = "arena"})),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(code(facade_.DrainServers(admin, {.server_id = "nowhere"})), StatusCode::kNotFound);
  EXPECT_EQ(code(facade_.DrainServers(admin, {.fleet = "duel"})), StatusCode::kUnavailable);
  EXPECT_EQ(orders_.Find("arena")->version, 0U);
}

TEST_F(FleetFacadeTest, DrainsOneServerOrAllThatAFleetHas) {
  const auto one =
      facade_.DrainServers(As("admin"), {.server_id = "a1", .deadline = std::chrono::minutes(5)});
  ASSERT_TRUE(one.ok()) << one.status();
  EXPECT_THAT(one->server_ids, ElementsAre("a1"));
  EXPECT_EQ(orders_.Find("arena")->draining.at("a1"), clock_.WallNow() + std::chrono::minutes(5));
  const auto all = facade_.DrainServers(As("admin"), {.fleet = "arena"});
  EXPECT_THAT(all->server_ids, UnorderedElementsAre("a1", "a2"));
  EXPECT_EQ(orders_.Find("arena")->draining.at("a1"), FleetOrders::kNoDeadline) << "the newest order counts";
}

}  // namespace
}  // namespace oofgg::orchestration
