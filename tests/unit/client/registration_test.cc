#include "oofgg/server_registration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/client/fake_transport.h"

namespace oofgg {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
namespace methods = wire::methods;

/// A registration on a transport whose other end is the test, under virtual time.
class RegistrationTest : public ::testing::Test {
 protected:
  RegistrationTest() {
    ClientOptions options;
    options.callbacks = &executor_;
    options.executor = &executor_;
    options.clock = &clock_;
    options.retry.max_attempts = 1;
    options.pump = [this] { return Pump(); };
    client_ = std::make_unique<Client>(transport_, std::move(options));
    client_->SetTokens({.user_id = "svc",
                        .access_token = "access",
                        .refresh_token = "refresh",
                        .expires_at = clock_.WallNow() + 24h});
  }

  /// What a blocking call waits with: the maker answers.
  bool Pump() {
    executor_.RunReady();
    if (transport_->unaries.size() == answered_) return false;
    ++answered_;
    transport_->last().Answer<methods::RegisterGameServer>(Lease());
    executor_.RunReady();
    return true;
  }

  GameServerLease Lease(std::string keys = "old") {
    return {.server_id = "metal.run1", .lease = 15s, .maker_keys = std::move(keys)};
  }

  std::unique_ptr<ServerRegistration> Register() {
    ServerRegistrationOptions options;
    options.server = {.id = "metal", .instance = "run1", .address = ":3101", .control = ":3100"};
    options.report = [this] { return report_; };
    options.on_keys = [this](const std::string& keys) { keys_.push_back(keys); };
    options.on_trouble = [this](const Status& why) { troubles_.push_back(why); };
    auto registration = client_->fleets().KeepRegistered(std::move(options));
    EXPECT_TRUE(registration.ok()) << registration.status();
    return *std::move(registration);
  }

  template <class M>
  typename M::Request LastRequest() {
    return wire::DecodeRequest<M>(transport_->last().request).value();
  }
  template <class M>
  void Answer(const typename M::Response& response) {
    transport_->last().Answer<M>(response);
    executor_.RunReady();
  }
  void Refuse(StatusCode code) {
    transport_->last().Reply(MakeStatus(code, "no"));
    executor_.RunReady();
  }

  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  std::shared_ptr<testing::FakeTransport> transport_ = std::make_shared<testing::FakeTransport>();
  std::size_t answered_ = 0;
  ReportGameServerRequest report_{.players = 2};
  std::vector<std::string> keys_;
  std::vector<Status> troubles_;
  std::unique_ptr<Client> client_;
};

TEST_F(RegistrationTest, ReportsThreeTimesALease) {
  const auto registration = Register();
  EXPECT_EQ(registration->lease().server_id, "metal.run1");
  for (int i = 0; i < 3; ++i) {
    const std::size_t before = transport_->unaries.size();
    executor_.AdvanceBy(5s - 1ms);
    EXPECT_EQ(transport_->unaries.size(), before);
    executor_.AdvanceBy(1ms);
    ASSERT_EQ(transport_->unaries.size(), before + 1);
    const auto report = LastRequest<methods::ReportGameServer>();
    EXPECT_EQ(report.server_id, "metal.run1");
    EXPECT_EQ(report.players, 2U);
    Answer<methods::ReportGameServer>(Lease());
  }
  EXPECT_TRUE(keys_.empty());
  EXPECT_TRUE(troubles_.empty());
}

TEST_F(RegistrationTest, TellsOfNewKeys) {
  const auto registration = Register();
  executor_.AdvanceBy(5s);
  Answer<methods::ReportGameServer>(Lease("new"));
  EXPECT_THAT(keys_, ElementsAre("new"));
  EXPECT_EQ(registration->lease().maker_keys, "new");
}

TEST_F(RegistrationTest, RegistersAgainAsTheSameRunWhereItIsNotKnown) {
  const auto registration = Register();
  executor_.AdvanceBy(5s);
  Refuse(StatusCode::kNotFound);
  EXPECT_EQ(LastRequest<methods::RegisterGameServer>().instance, "run1");
  Answer<methods::RegisterGameServer>(Lease());
  EXPECT_TRUE(troubles_.empty()) << "a maker that was set up anew is no trouble";
  executor_.AdvanceBy(5s);
  EXPECT_EQ(LastRequest<methods::ReportGameServer>().server_id, "metal.run1");
}

TEST_F(RegistrationTest, GoesOnThroughTrouble) {
  const auto registration = Register();
  executor_.AdvanceBy(5s);
  Refuse(StatusCode::kUnavailable);
  ASSERT_EQ(troubles_.size(), 1U);
  EXPECT_EQ(troubles_[0].code(), StatusCode::kUnavailable);
  const std::size_t before = transport_->unaries.size();
  executor_.AdvanceBy(5s);
  EXPECT_EQ(transport_->unaries.size(), before + 1);
}

TEST_F(RegistrationTest, SignsOffWhenDroppedAndIsSilentThen) {
  auto registration = Register();
  executor_.AdvanceBy(5s);
  const std::size_t before = transport_->unaries.size();
  registration.reset();
  executor_.RunReady();
  ASSERT_EQ(transport_->unaries.size(), before + 1);
  EXPECT_EQ(LastRequest<methods::DeregisterGameServer>().server_id, "metal.run1");
  executor_.AdvanceBy(1min);
  EXPECT_EQ(transport_->unaries.size(), before + 1);
}

TEST_F(RegistrationTest, OutlivesItsClientInSilence) {
  const auto registration = Register();
  client_.reset();
  const std::size_t before = transport_->unaries.size();
  executor_.AdvanceBy(1min);
  EXPECT_EQ(transport_->unaries.size(), before);
}

}  // namespace
}  // namespace oofgg
