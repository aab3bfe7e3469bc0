// Who comes to an instance that is behind with what others say waits at the door.

#include <chrono>
#include <memory>
#include <utility>

#include "tests/unit/net_presence/presence_fixture.h"
#include "tests/unit/presence/instances/fake_bus.h"

namespace oofgg::net {
namespace {

using namespace std::chrono_literals;
using presence::FakeBus;
using presence::InstanceBusEvents;
using presence::InstanceWork;

/// What the test has of the bus that the hub makes.
struct BusEnd {
  FakeBus* bus = nullptr;
  std::function<void(InstanceWork)> deliver;
};

class PresenceDoorTest : public PresenceTcpTest {
 protected:
  explicit PresenceDoorTest(std::shared_ptr<BusEnd> end = std::make_shared<BusEnd>())
      : PresenceTcpTest(false, OptionsFor(end)), end_(std::move(end)) {
    Deliver([this](InstanceBusEvents&) {
      end_->bus->acquisitions.front().on_leases(std::vector<presence::Lease>());
    });
    Deliver([this](InstanceBusEvents&) { AnswerRenewal(); });  // It says that nobody is missing.
    Deliver([](InstanceBusEvents& events) { events.OnHearing(); });
  }

  static presence::PresenceHubOptions OptionsFor(const std::shared_ptr<BusEnd>& end) {
    presence::PresenceHubOptions options;
    options.instance_bus = [end](std::function<void(InstanceWork)> deliver, const presence::InstanceBurst&) {
      auto bus = std::make_unique<FakeBus>();
      *end = {.bus = bus.get(), .deliver = std::move(deliver)};
      return bus;
    };
    options.instances.lease = 3s;
    return options;
  }

  void Deliver(InstanceWork work) {
    end_->deliver(std::move(work));
    timers_.RunReady();
  }
  void AnswerRenewal() {
    life_ = end_->bus->renewals.front().life;
    end_->bus->renewals.front().on_renewed(true);
    end_->bus->renewals.pop_front();
  }
  /// Its beats are said, and not heard.
  void FallBehind() {
    timers_.AdvanceBy(1s);
    ASSERT_EQ(end_->bus->renewals.size(), 1U);
    EXPECT_FALSE(hub_.IsBehind());
    timers_.AdvanceBy(500ms);
    EXPECT_TRUE(hub_.IsBehind());
  }
  void CatchUp() {
    Deliver([this](InstanceBusEvents& events) { events.OnBeat(life_, {}, 3s); });
    EXPECT_FALSE(hub_.IsBehind());
  }

  const std::shared_ptr<BusEnd> end_;
  presence::LifeId life_ = 0;
};

TEST_F(PresenceDoorTest, WhoComesWhileItIsBehindIsLetInOnceItHasCaughtUp) {
  SignOn("1", R"({"v":2,"user_id":1,"friends":[]})");
  LineClient second = Connect();
  Eventually("the second is let in", [&] { return listener().counts().accepted == 2; });
  FallBehind();
  LineClient third = Connect();  // The kernel's accept was asked for before.
  Eventually("it waits",
             [&] { return listener().counts().accepted == 3 && timers_.NextTimer().has_value(); });
  LineClient fourth = Connect();
  fourth.Send(R"({"v":2,"user_id":4,"friends":[]})");
  EXPECT_TRUE(fourth.IsSilent());
  timers_.AdvanceBy(50ms);
  EXPECT_TRUE(fourth.IsSilent());
  EXPECT_EQ(listener().counts().accepted, 3U);

  CatchUp();
  timers_.AdvanceBy(50ms);
  ExpectOnline("4");
  // Who was there has not been kept waiting.
  second.Send(R"({"v":2,"user_id":2,"friends":[]})");
  ExpectOnline("2");
}

TEST_F(PresenceDoorTest, NobodyWaitsWhenNothingCanBeHeard) {
  FallBehind();
  Deliver([](InstanceBusEvents& events) { events.OnGap(std::nullopt); });
  EXPECT_FALSE(hub_.IsBehind()) << "it would not mend itself by waiting";
}

}  // namespace
}  // namespace oofgg::net
