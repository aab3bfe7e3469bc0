// The presence port over UDP with its socket, its strand and its timer; what is said there is in
// udp_players_test.

#include "net/presence/presence_udp_listener.h"

#include <gmock/gmock.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "oofgg/log.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "presence/presence_hub.h"
#include "tests/support/datagram_peer.h"
#include "tests/support/eventually.h"

namespace oofgg::net {
namespace {

using oofgg::testing::DatagramPeer;
using ::testing::HasSubstr;
using ::testing::Optional;
using namespace std::chrono_literals;

class Silent final : public presence::PresenceHost {
  void Wake(presence::HostTag) override {}
  void Finish(presence::HostTag, Status) override {}
};

class PresenceUdpTest : public ::testing::Test {
 protected:
  ~PresenceUdpTest() override {
    io_.stop();
    for (std::thread& thread : threads_) thread.join();
    listener_.reset();
  }

  /// Once in a test: the threads run until its end.
  void Listen(PresenceAuthenticator authenticate = {}, std::string_view address = "127.0.0.1:0",
              std::size_t threads = 2) {
    auto made = PresenceUdpListener::Listen(io_, address, hub_, clock_, timers_, RandomSource::System(),
                                            std::move(authenticate));
    ASSERT_TRUE(made.ok()) << made.status();
    listener_ = *std::move(made);
    while (threads_.size() < threads) threads_.emplace_back([this] { io_.run(); });
  }

  [[nodiscard]] std::string Door() const { return "127.0.0.1:" + std::to_string(listener_->port()); }

  /// `members` of a v2 player's object, with the cookie that `peer` is given.
  static std::string Hello(const DatagramPeer& peer, const std::string& members) {
    peer.Send(R"({"v":2,"pad":"01234567890123456789"})");
    const auto offer = peer.ReceiveWith("cookie");
    return R"({"v":2,)" + offer.value_or("{}").substr(1, offer.value_or("{}").size() - 2) + "," + members +
           "}";
  }

  testing::FakeClock clock_;
  testing::ManualExecutor timers_{clock_};
  presence::PresenceHub hub_{clock_, timers_};
  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::unique_ptr<PresenceUdpListener> listener_;
  std::vector<std::thread> threads_;
};

TEST_F(PresenceUdpTest, ChangesOfOtherThreadsAreSentAndRepeated) {
  Listen();
  const DatagramPeer ann(Door());
  ann.Send(Hello(ann, R"("user_id":"ann","friends":["bob"],"ping":1)"));
  ASSERT_TRUE(ann.ReceiveWith("pong").has_value());
  const presence::PresenceConnection bob = hub_.Connect("bob", {}, {}, std::make_shared<Silent>());
  EXPECT_THAT(ann.ReceiveWith("bob"), Optional(HasSubstr(R"({"online":true,"user_id":"bob")")));
  int steps = 0;
  EXPECT_TRUE(testing::Eventually([&] {
    // As far as she is not taken for silent, however late the other threads run.
    if (++steps <= 40) timers_.AdvanceBy(250ms);
    const auto line = ann.Receive(0ms);
    return line.has_value() && line->find("bob") != std::string::npos;
  })) << "nobody has acknowledged it";
}

TEST_F(PresenceUdpTest, WhoAsksIsAnsweredBeforeTheManyHaveAllBeenTold) {
  Listen({}, "127.0.0.1:0", /*threads=*/0);  // The test is the thread, step by step.
  std::vector<std::unique_ptr<DatagramPeer>> followers;
  for (int i = 0; i < 200; ++i) {
    followers.push_back(std::make_unique<DatagramPeer>(Door()));
    followers.back()->Send(R"({"user_id":)" + std::to_string(i) + R"(,"friends":["celebrity"]})");
  }
  while (listener_->players() < followers.size()) io_.run_one();
  while (io_.poll_one() > 0) {
  }
  const DatagramPeer asker(Door());
  const auto celebrity =
      hub_.Connect("celebrity", {.hears_strangers = false}, {}, std::make_shared<Silent>());
  io_.run_one();
  asker.Send(R"({"user_id":"asker","v":1,"friends":["celebrity"]})");
  while (!asker.Receive(0ms).has_value()) io_.run_one();
  std::size_t told = 0;
  for (const auto& follower : followers) told += follower->Receive(0ms).has_value() ? 1 : 0;
  EXPECT_LT(told, followers.size() / 2);
  while (io_.poll_one() > 0) {
  }
  for (const auto& follower : followers) told += follower->Receive(0ms).has_value() ? 1 : 0;
  EXPECT_EQ(told, followers.size());
}

TEST_F(PresenceUdpTest, ASmallBufferIsSaidAtTheStart) {
  std::string said;
  SetLogSink([&said](LogLevel, std::string_view, std::string_view message) { said = message; });
  const auto listener =
      PresenceUdpListener::Listen(io_, "127.0.0.1:0", hub_, clock_, timers_, RandomSource::System(), {},
                                  {.receive_buffer_bytes = 1'000'000'000});
  SetLogSink(nullptr);
  EXPECT_THAT(said, HasSubstr("instead of 1000000000; raise net.core.rmem_max"));
}

TEST_F(PresenceUdpTest, SilenceIsNoticedByTheTimer) {
  Listen();
  const DatagramPeer ann(Door());
  ann.Send(Hello(ann, R"("user_id":"ann","ping":1)"));
  ASSERT_TRUE(ann.ReceiveWith("pong").has_value());
  EXPECT_TRUE(hub_.IsOnline("ann"));
  timers_.AdvanceBy(29s);
  EXPECT_TRUE(hub_.IsOnline("ann"));
  EXPECT_TRUE(testing::Eventually([this] {
    timers_.AdvanceBy(1s);
    return !hub_.IsOnline("ann");
  }));
}

TEST_F(PresenceUdpTest, LoginsEndAndDrainsAreTold) {
  Listen([](std::string_view) -> StatusOr<Caller> { return Caller{"ann", "user", "login-1"}; });
  const DatagramPeer ann(Door());
  ann.Send(Hello(ann, R"("user_id":"ann","token":"t","ping":1)"));
  ASSERT_TRUE(ann.ReceiveWith("pong").has_value());
  EXPECT_EQ(listener_->players(), 1U);
  listener_->EndSession("login-1");
  EXPECT_TRUE(ann.ReceiveWith("error").has_value());
  ann.Send(Hello(ann, R"("user_id":"ann","token":"t","ping":2)"));
  ASSERT_TRUE(ann.ReceiveWith("pong").has_value());
  listener_->SendAway();
  EXPECT_THAT(ann.ReceiveWith("error"), Optional(HasSubstr("recognised anew")));
  ann.Send(Hello(ann, R"("user_id":"ann","token":"t","ping":3)"));
  ASSERT_TRUE(ann.ReceiveWith("pong").has_value());
  std::promise<void> drained;
  listener_->Drain([&drained] { drained.set_value(); });
  EXPECT_THAT(ann.ReceiveWith("error"), Optional(HasSubstr("restarting")));
  drained.get_future().wait();
  EXPECT_EQ(listener_->players(), 0U);
}

TEST_F(PresenceUdpTest, ListensOnAllInterfacesAndKnowsLoopbackThere) {
  Listen({}, ":0");
  const DatagramPeer one(Door());
  one.Send(R"({"user_id":1,"friends":[2]})");
  EXPECT_TRUE(testing::Eventually([this] { return hub_.IsOnline("1"); }));
}

TEST_F(PresenceUdpTest, APortInUseIsSaid) {
  Listen();
  const auto second =
      PresenceUdpListener::Listen(io_, Door(), hub_, clock_, timers_, RandomSource::System(), {});
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("cannot listen on 127.0.0.1:"));
  EXPECT_EQ(PresenceUdpListener::Listen(io_, "nowhere:1", hub_, clock_, timers_, RandomSource::System(), {})
                .status()
                .code(),
            StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace oofgg::net
