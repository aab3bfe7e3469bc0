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

constexpr auto kPause = 50ms;

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
  /// Its beats are said, and not heard. While nobody is there, whose threads would use the bus, too.
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
  /// So many were taken, and the next will be later: no other timer is as soon.
  void AwaitClosedDoor(std::uint64_t accepted) {
    Eventually("the door closes behind them", [&] {
      const auto timer = timers_.NextTimer();
      return listener().counts().accepted == accepted && timer.has_value() && *timer <= clock_.Now() + kPause;
    });
  }

  const std::shared_ptr<BusEnd> end_;
  presence::LifeId life_ = 0;
};

TEST_F(PresenceDoorTest, WhoComesWhileItIsBehindIsLetInOnceItHasCaughtUp) {
  FallBehind();
  std::vector<LineClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Connect());
  AwaitClosedDoor(1);  // The kernel was asked for the first before.
  timers_.AdvanceBy(kPause);
  AwaitClosedDoor(1);

  CatchUp();
  timers_.AdvanceBy(kPause);
  Eventually("all are let in", [&] { return listener().counts().accepted == 5; });
  clients.back().Send(R"({"v":2,"user_id":5,"friends":[]})");
  ExpectOnline("5");
}

TEST_F(PresenceDoorTest, AfterFiveSecondsThoseWhoWaitAreLetInOneByOne) {
  FallBehind();
  std::vector<LineClient> clients;
  for (int i = 0; i < 5; ++i) clients.push_back(Connect());
  AwaitClosedDoor(1);
  // All that time its beats are answered, and some are heard, but late.
  for (int i = 0; i < 5; ++i) {
    Deliver([this](InstanceBusEvents&) { AnswerRenewal(); });
    for (int pause = 0; pause < 20; ++pause) {
      timers_.AdvanceBy(kPause);
      AwaitClosedDoor(1);
    }
    if (i % 2 == 1) Deliver([this](InstanceBusEvents& events) { events.OnBeat(life_, {}, 3s); });
  }
  timers_.AdvanceBy(kPause);
  AwaitClosedDoor(2);
  timers_.AdvanceBy(kPause);
  AwaitClosedDoor(3);
}

TEST_F(PresenceDoorTest, ADrainTellsThoseWhoWait) {
  FallBehind();
  LineClient first = Connect();
  AwaitClosedDoor(1);
  LineClient second = Connect();
  second.Send(R"({"v":2,"user_id":2,"friends":[]})");
  listener().Drain([] {});
  EXPECT_EQ(second.Line(),
            R"({"error":"the server is restarting; reconnect","code":"UNAVAILABLE","reconnect":true})");
}

TEST_F(PresenceDoorTest, NobodyWaitsWhenNothingCanBeHeard) {
  FallBehind();
  Deliver([](InstanceBusEvents& events) { events.OnGap(std::nullopt); });
  EXPECT_FALSE(hub_.IsBehind()) << "it would not mend itself by waiting";
}

}  // namespace
}  // namespace oofgg::net
