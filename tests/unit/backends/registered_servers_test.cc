#include "backends/registered/registered_servers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <map>
#include <thread>

#include "oofgg/serial_executor.h"
#include "oofgg/testing/fake_clock.h"
#include "oofgg/testing/manual_executor.h"
#include "oofgg/thread_pool.h"
#include "tests/support/eventually.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::backends {
namespace {

using namespace std::chrono_literals;
using orchestration::RunningServer;
using orchestration::ServerExit;
using orchestration::ServerNews;
using orchestration::ServerRegistration;
using orchestration::ServerReport;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

ServerRegistration Metal(std::string instance = "run1", std::string name = "metal") {
  return {.name = std::move(name),
          .instance = std::move(instance),
          .owner = "svc",
          .fleet = "arena",
          .host = "play.example",
          .port = 3101,
          .control = "10.0.0.7:3100",
          .slots = 3};
}

/// A backend that starts servers of its own.
class OtherBackend final : public orchestration::ContainerBackend {
 public:
  void Start(orchestration::ServerSpec spec, OnStarted on_started) override {
    started.push_back(spec.id);
    on_started(RunningServer{.id = spec.id, .fleet = spec.fleet});
  }
  void Stop(std::string_view id, std::chrono::milliseconds, OnStopped on_stopped) override {
    stopped.emplace_back(id);
    on_stopped({});
  }
  void List(std::string_view fleet, OnListed on_listed) override {
    if (!listing.ok()) return on_listed(listing);
    on_listed(std::vector<RunningServer>{{.id = "gs-1", .fleet = std::string(fleet)}});
  }
  void WatchExits(std::string_view, OnExit watcher) override { on_exit = std::move(watcher); }
  void WatchNews(std::string_view, OnNews watcher) override { on_news = std::move(watcher); }

  std::vector<std::string> started;
  std::vector<std::string> stopped;
  Status listing;
  OnExit on_exit;
  OnNews on_news;
};

class RegisteredServersTest : public ::testing::Test {
 protected:
  RegisteredServersTest() { Open(); }

  void Open(orchestration::ContainerBackend* others = nullptr, std::size_t most = 10) {
    servers_.reset();
    servers_ = std::move(RegisteredServers::Make(others, clock_, executor_,
                                                 {.directory = directory_.path(), .lease = 15s, .most = most})
                             .value());
    servers_->WatchExits("arena",
                         [this](const ServerExit& exit) { exits_.push_back(exit.id + ": " + exit.reason); });
    servers_->WatchNews("arena", [this](ServerNews news) { news_.push_back(std::move(news)); });
  }

  std::vector<std::string> Listed(const std::string& fleet = "arena") {
    std::vector<std::string> ids;
    servers_->List(fleet, [&](StatusOr<std::vector<RunningServer>> listed) {
      for (const RunningServer& server : listed.value()) ids.push_back(server.id);
    });
    executor_.RunReady();
    return ids;
  }

  testing::TemporaryDirectory directory_;
  testing::FakeClock clock_;
  testing::ManualExecutor executor_{clock_};
  std::vector<std::string> exits_;
  std::vector<ServerNews> news_;
  std::unique_ptr<RegisteredServers> servers_;
};

TEST_F(RegisteredServersTest, WhoRegistersIsNewsAndListed) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  EXPECT_THAT(news_, IsEmpty()) << "never inside the call";
  executor_.RunReady();
  ASSERT_THAT(news_, SizeIs(1));
  EXPECT_EQ(news_[0].running, (RunningServer{.id = "metal.run1",
                                             .fleet = "arena",
                                             .host = "play.example",
                                             .port = 3101,
                                             .control = "10.0.0.7:3100",
                                             .registered = true}));
  EXPECT_EQ(news_[0].slots, 3U);
  EXPECT_THAT(Listed(), ElementsAre("metal.run1"));
  EXPECT_THAT(Listed("other"), IsEmpty());
}

/// What several makers share, in memory.
class SharedRegistrations final : public orchestration::RegistrationStore {
 public:
  Status Write(const ServerRegistration& registration) override {
    if (is_away) return MakeStatus(StatusCode::kUnavailable, "away");
    stored[registration.name] = registration;
    return {};
  }
  void Erase(const ServerRegistration& registration) override {
    if (!is_away && stored[registration.name] == registration) stored.erase(registration.name);
  }
  StatusOr<std::vector<ServerRegistration>> Of(std::string_view fleet) override {
    if (is_away) return MakeStatus(StatusCode::kUnavailable, "away");
    std::vector<ServerRegistration> found;
    for (const auto& [name, registration] : stored) {
      if (registration.fleet == fleet) found.push_back(registration);
    }
    return found;
  }

  std::map<std::string, ServerRegistration> stored;
  bool is_away = false;
};

class SharedRegisteredServersTest : public RegisteredServersTest {
 protected:
  struct Maker {
    Maker(SharedRegisteredServersTest& test, const std::string& name)
        : servers(RegisteredServers::Make(nullptr, test.clock_, test.executor_,
                                          {.shared = &test.shared_, .lease = 15s})
                      .value()),
          exits(test.exits_),
          name_(name) {}
    void Take() {
      servers->WatchExits("arena",
                          [this](const ServerExit& exit) { exits.push_back(name_ + ": " + exit.id); });
      servers->WatchNews("arena", [](const ServerNews&) {});
    }
    void LetGo() {
      servers->WatchNews("arena", nullptr);
      servers->WatchExits("arena", nullptr);
    }
    std::unique_ptr<RegisteredServers> servers;
    std::vector<std::string>& exits;
    const std::string name_;
  };
  std::vector<std::string> ListedBy(Maker& maker) {
    std::vector<std::string> ids;
    maker.servers->List("arena", [&](const StatusOr<std::vector<RunningServer>>& listed) {
      if (!listed.ok()) ids.emplace_back(absl::StatusCodeToString(listed.status().code()));
      for (std::size_t i = 0; listed.ok() && i < listed->size(); ++i) ids.push_back((*listed)[i].id);
    });
    executor_.RunReady();
    return ids;
  }

  SharedRegistrations shared_;
};

TEST_F(SharedRegisteredServersTest, TheNextMakerOfTheFleetKnowsThemAtOnce) {
  Maker first(*this, "first");
  Maker second(*this, "second");
  first.Take();
  ASSERT_TRUE(first.servers->Register(Metal()).ok());
  EXPECT_EQ(second.servers->Register(Metal("run1", "other")).code(), StatusCode::kUnavailable);
  executor_.AdvanceBy(10s);
  first.LetGo();
  second.Take();
  EXPECT_THAT(ListedBy(second), ElementsAre("metal.run1"));
  EXPECT_TRUE(second.servers->Report("metal.run1", "svc", {}).ok()) << "it need not register anew";
  EXPECT_EQ(second.servers->Report("metal.run1", "other", {}).code(), StatusCode::kPermissionDenied);
  executor_.AdvanceBy(10s);
  EXPECT_THAT(exits_, IsEmpty()) << "not even by the first one, whose lease of it has lapsed";
  EXPECT_THAT(shared_.stored, SizeIs(1));
  executor_.AdvanceBy(10s);
  EXPECT_THAT(exits_, ElementsAre("second: metal.run1")) << "it fell silent";
  EXPECT_THAT(shared_.stored, IsEmpty());
}

TEST_F(SharedRegisteredServersTest, WhatIsHereIsNotTakenFromTheStoreAgain) {
  Maker maker(*this, "first");
  maker.Take();
  ASSERT_TRUE(maker.servers->Register(Metal()).ok());
  executor_.AdvanceBy(10s);
  EXPECT_THAT(ListedBy(maker), ElementsAre("metal.run1"));
  executor_.AdvanceBy(6s);
  EXPECT_THAT(exits_, SizeIs(1)) << "a look does not prolong its lease";
}

TEST_F(SharedRegisteredServersTest, WithoutTheStoreNothingIsListedOrAnswered) {
  Maker maker(*this, "first");
  maker.Take();
  shared_.is_away = true;
  EXPECT_EQ(maker.servers->Register(Metal()).code(), StatusCode::kUnavailable);
  EXPECT_THAT(ListedBy(maker), ElementsAre("UNAVAILABLE"));
  shared_.is_away = false;
  EXPECT_THAT(ListedBy(maker), IsEmpty());
}

TEST_F(RegisteredServersTest, AgainIsAsGoodAsOnce) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  executor_.RunReady();
  EXPECT_THAT(news_, SizeIs(1));
  ServerRegistration moved = Metal();
  moved.port = 4000;
  EXPECT_EQ(servers_->Register(moved).code(), StatusCode::kAlreadyExists);
}

TEST_F(RegisteredServersTest, AnotherRunTakesThePlaceOfTheFormer) {
  ASSERT_TRUE(servers_->Register(Metal("run1")).ok());
  ASSERT_TRUE(servers_->Register(Metal("run2")).ok());
  executor_.RunReady();
  EXPECT_THAT(exits_, ElementsAre("metal.run1: it has started anew"));
  EXPECT_THAT(Listed(), ElementsAre("metal.run2"));
  EXPECT_EQ(servers_->Report("metal.run1", "svc", {}).code(), StatusCode::kNotFound);
}

TEST_F(RegisteredServersTest, WithoutAReportTheLeaseLapses) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  for (int i = 0; i < 4; ++i) {
    executor_.AdvanceBy(10s);
    ASSERT_TRUE(servers_->Report("metal.run1", "svc", {}).ok());
  }
  EXPECT_THAT(exits_, IsEmpty());
  executor_.AdvanceBy(15s);
  EXPECT_THAT(exits_, ElementsAre(HasSubstr("within its lease")));
  EXPECT_THAT(Listed(), IsEmpty());
  EXPECT_EQ(servers_->Report("metal.run1", "svc", {}).code(), StatusCode::kNotFound);
  EXPECT_TRUE(servers_->Register(Metal()).ok()) << "the same run may come back";
}

TEST_F(RegisteredServersTest, AMakerThatWasStoppedHearsReportsBeforeItJudges) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  clock_.Advance(10min);
  executor_.RunReady();
  EXPECT_THAT(exits_, IsEmpty());
  EXPECT_TRUE(servers_->Report("metal.run1", "svc", {}).ok());
  executor_.AdvanceBy(15s);
  EXPECT_THAT(exits_, SizeIs(1)) << "and then as ever";
}

TEST_F(RegisteredServersTest, WhatItSaysOfItselfIsNewsOnceEach) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  const ServerReport draining{.state = GameServerState::kDraining, .reserved = 2};
  ASSERT_TRUE(servers_->Report("metal.run1", "svc", draining).ok());
  ASSERT_TRUE(servers_->Report("metal.run1", "svc", draining).ok());
  executor_.RunReady();
  ASSERT_THAT(news_, SizeIs(2));
  EXPECT_EQ(news_[1].state, GameServerState::kDraining);
  EXPECT_EQ(news_[1].reserved, 2U);
  EXPECT_EQ(news_[1].slots, 3U) << "as it was registered";
  servers_->WatchNews("arena", [this](ServerNews news) { news_.push_back(std::move(news)); });
  ASSERT_TRUE(servers_->Report("metal.run1", "svc", draining).ok());
  executor_.RunReady();
  EXPECT_THAT(news_, SizeIs(3)) << "who listens anew has not heard it";
}

TEST_F(RegisteredServersTest, ServersBelongToTheirCredential) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  ServerRegistration thief = Metal("run2");
  thief.owner = "thief";
  EXPECT_EQ(servers_->Register(thief).code(), StatusCode::kAlreadyExists);
  EXPECT_EQ(servers_->Report("metal.run1", "thief", {}).code(), StatusCode::kPermissionDenied);
  EXPECT_EQ(servers_->Deregister("metal.run1", "thief", "").code(), StatusCode::kPermissionDenied);
  EXPECT_TRUE(servers_->Report("metal.run1", "", {}).ok()) << "an admin";
  EXPECT_TRUE(servers_->Deregister("metal.run1", "svc", "done").ok());
  EXPECT_TRUE(servers_->Deregister("metal.run1", "svc", "done").ok()) << "gone is gone";
  executor_.RunReady();
  EXPECT_THAT(exits_, ElementsAre("metal.run1: it has signed off: done"));
}

TEST_F(RegisteredServersTest, RegistrationsOutliveTheMaker) {
  ASSERT_TRUE(servers_->Register(Metal("run1", "one")).ok());
  ASSERT_TRUE(servers_->Register(Metal("run1", "two")).ok());
  ASSERT_TRUE(servers_->Register(Metal("run2", "two")).ok());
  ASSERT_TRUE(servers_->Register(Metal("run1", "gone")).ok());
  ASSERT_TRUE(servers_->Deregister("gone.run1", "svc", "").ok());
  std::ofstream(directory_.path() + "/torn.registered.json") << "{\"name\":";
  Open();
  EXPECT_THAT(Listed(), ElementsAre("one.run1", "two.run2"));
  EXPECT_TRUE(servers_->Report("one.run1", "svc", {}).ok());
  EXPECT_EQ(servers_->Report("one.run1", "thief", {}).code(), StatusCode::kPermissionDenied);
  exits_.clear();
  executor_.AdvanceBy(15s);
  EXPECT_THAT(exits_, SizeIs(2)) << "nobody reports: each lease runs from the new maker's start";
  Open();
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(RegisteredServersTest, ToStopOneIsToForgetIt) {
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  Status stopped = MakeStatus(StatusCode::kUnknown, "not answered");
  servers_->Stop("metal.run1", 1s, [&](const Status& status) { stopped = status; });
  executor_.RunReady();
  EXPECT_TRUE(stopped.ok());
  EXPECT_THAT(exits_, SizeIs(1));
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(RegisteredServersTest, StartsNothingByItself) {
  Status started;
  servers_->Start({"gs-1", "arena", {}}, [&](const auto& server) { started = server.status(); });
  executor_.RunReady();
  EXPECT_EQ(started.code(), StatusCode::kFailedPrecondition);
}

TEST_F(RegisteredServersTest, JoinsThemWithThoseOfAnotherBackend) {
  OtherBackend others;
  Open(&others);
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  EXPECT_THAT(Listed(), ElementsAre("gs-1", "metal.run1"));
  servers_->Start({"gs-2", "arena", {}}, [](const auto&) {});
  EXPECT_THAT(others.started, ElementsAre("gs-2"));
  servers_->Stop("gs-1", 1s, [](const auto&) {});
  servers_->Stop("metal.run1", 1s, [](const auto&) {});
  EXPECT_THAT(others.stopped, ElementsAre("gs-1"));
  others.on_exit({"gs-1", "signal 9"});
  executor_.RunReady();
  EXPECT_THAT(exits_, ::testing::UnorderedElementsAre("gs-1: signal 9", HasSubstr("metal.run1")));
  others.on_news({.running = {.id = "gs-3", .fleet = "arena"}});
  EXPECT_EQ(news_.back().running.id, "gs-3");
  others.listing = MakeStatus(StatusCode::kUnavailable, "no daemon");
  Status listed;
  servers_->List("arena", [&](const auto& all) { listed = all.status(); });
  EXPECT_EQ(listed.code(), StatusCode::kUnavailable);
  servers_.reset();
  others.on_exit({"gs-1", "late"});
  EXPECT_THAT(exits_, SizeIs(2)) << "nobody is told after the end";
}

TEST_F(RegisteredServersTest, WhereNobodyLooksAfterTheFleetTheyAreSentElsewhere) {
  ServerRegistration chess = Metal();
  chess.fleet = "chess";
  EXPECT_EQ(servers_->Register(chess).code(), StatusCode::kUnavailable);
  ASSERT_TRUE(servers_->Register(Metal("run1", "early")).ok());
  servers_->WatchNews("arena", nullptr);
  EXPECT_EQ(servers_->Report("early.run1", "svc", {}).code(), StatusCode::kUnavailable);
  executor_.AdvanceBy(15s);
  EXPECT_EQ(servers_->Register(Metal()).code(), StatusCode::kUnavailable)
      << "the fleet went to another maker";
  EXPECT_THAT(Listed(), IsEmpty());
}

TEST_F(RegisteredServersTest, TheirNumberIsBounded) {
  Open(nullptr, 1);
  ASSERT_TRUE(servers_->Register(Metal()).ok());
  EXPECT_EQ(servers_->Register(Metal("run1", "second")).code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(servers_->Register(Metal("run2")).ok()) << "in the place of the former run";
}

TEST(RegisteredServersThreads, ManyServersAtOnceAreEachHeardToTheEnd) {
  constexpr int kThreads = 4;
  constexpr int kRuns = 50;
  ThreadPool pool(2);
  SerialExecutor executor(pool);
  auto servers = std::move(RegisteredServers::Make(nullptr, Clock::System(), executor).value());
  std::atomic<int> came = 0;
  std::atomic<int> went = 0;
  servers->WatchNews("arena", [&](const ServerNews&) { ++came; });
  servers->WatchExits("arena", [&](const ServerExit&) { ++went; });
  std::vector<std::thread> threads;
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, name = "metal-" + std::to_string(i)] {
      for (int run = 0; run < kRuns; ++run) {
        const ServerRegistration metal = Metal("run" + std::to_string(run), name);
        EXPECT_TRUE(servers->Register(metal).ok());
        EXPECT_TRUE(servers->Report(metal.ServerId(), "svc", {}).ok());
        const bool signs_off = run % 2 == 0;
        EXPECT_TRUE(!signs_off || servers->Deregister(metal.ServerId(), "svc", "").ok());
        servers->List("arena", [](const auto&) {});
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Of each name the last run is still there.
  EXPECT_TRUE(testing::Eventually([&] { return came == kThreads * kRuns && went == kThreads * (kRuns - 1); }))
      << came << " came and " << went << " went";
  servers.reset();
}

}  // namespace
}  // namespace oofgg::backends
