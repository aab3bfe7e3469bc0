// The Swarm backend with a real swarm of one node.

#include "backends/swarm/swarm_backend.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <future>
#include <mutex>

#include "http/curl_client.h"
#include "oofgg/thread_pool.h"
#include "tests/integration/docker/docker_fixture.h"
#include "tests/support/eventually.h"

namespace oofgg::backends {
namespace {

using orchestration::RunningServer;
using orchestration::ServerExit;
using std::chrono::milliseconds;

/// A backend whose answers can be waited for.
class SwarmMaker {
 public:
  explicit SwarmMaker(const std::string& engine, SwarmBackendOptions options = {}) {
    options.docker.engine.host = engine;
    options.verify_cooldown = milliseconds(200);
    options.verify_tries = 50;
    if (options.docker.image.image.empty()) options.docker.image.image = "quirky";
    backend_ = std::move(
        SwarmBackend::Make(std::move(options), {workers_, Clock::System(), RandomSource::System()}).value());
    backend_->WatchExits("arena", [this](ServerExit exit) {
      const std::lock_guard lock(mutex_);
      exits_[exit.id] = exit.reason;
      changed_.notify_all();
    });
  }

  StatusOr<RunningServer> Start(const std::string& id) {
    auto answer = std::make_shared<std::promise<StatusOr<RunningServer>>>();
    backend_->Start({.id = id, .fleet = "arena", .environment = {{"NAME", "{server_id}"}}},
                    [answer](StatusOr<RunningServer> server) { answer->set_value(std::move(server)); });
    return answer->get_future().get();
  }
  std::vector<RunningServer> List() {
    auto answer = std::make_shared<std::promise<StatusOr<std::vector<RunningServer>>>>();
    backend_->List("arena", [answer](auto servers) { answer->set_value(std::move(servers)); });
    return answer->get_future().get().value();
  }
  Status Stop(const std::string& id) {
    auto answer = std::make_shared<std::promise<Status>>();
    backend_->Stop(id, milliseconds(1000), [answer](Status status) { answer->set_value(std::move(status)); });
    return answer->get_future().get();
  }
  std::string WaitForExit(const std::string& id) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, testing::kPatience, [&] { return exits_.contains(id); });
    return exits_.contains(id) ? exits_[id] : "none";
  }
  SwarmBackend& backend() { return *backend_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::string> exits_;
  ThreadPool workers_{2};
  std::unique_ptr<SwarmBackend> backend_;
};

class SwarmBackendTest : public testing::DockerFixture {
 protected:
  static void SetUpTestSuite() {
    if (!testing::DockerEngine::Obstacle().empty()) return;
    StartEngine();
    (void)engine_->Docker("swarm init --advertise-addr 127.0.0.1 --listen-addr 127.0.0.1:2377");
    (void)engine_->Docker("network create --driver overlay --attachable arena-net");
  }

  bool TakesSeats(const std::string& control) {
    return testing::Eventually([&] {
      const auto reply =
          http::Fetch(http_, {.method = "POST", .url = "http://" + control + "/reservation/alice"});
      return reply.ok() && reply->status == 200;
    });
  }
  static bool NothingLeft() {
    return testing::Eventually([] {
      return engine_->Docker("service ls --quiet").empty() &&
             engine_->Containers("label=gg.oof.maker=1").empty();
    });
  }

  http::CurlClient http_;
};

TEST_F(SwarmBackendTest, ServersAreReachedAtTheirNodeStoppedAndLeaveNothing) {
  SwarmMaker maker(engine_->host());
  EXPECT_TRUE(maker.backend().CheckSetting().ok());
  const auto server = maker.Start("gs-one");
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(server->id, "gs-one");
  EXPECT_EQ(server->host, "127.0.0.1") << "the task's node";
  EXPECT_EQ(server->control, "127.0.0.1:" + std::to_string(server->port));
  EXPECT_TRUE(TakesSeats(server->control));
  EXPECT_EQ(maker.List(), std::vector<RunningServer>{*server});
  EXPECT_TRUE(maker.Stop("gs-one").ok());
  EXPECT_EQ(maker.WaitForExit("gs-one"), "stopped");
  EXPECT_TRUE(NothingLeft());
  EXPECT_TRUE(maker.Stop("gs-one").ok()) << "it has gone already";
}

TEST_F(SwarmBackendTest, OnAnOverlayTheyAreAskedAtTheirOwnAddress) {
  SwarmMaker maker(engine_->host(), {.docker = {.network = "arena-net", .public_host = "play.example"}});
  EXPECT_TRUE(maker.backend().CheckSetting().ok());
  const auto server = maker.Start("gs-net");
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(server->host, "play.example");
  EXPECT_EQ(server->control.rfind("10.", 0), 0U) << server->control;
  EXPECT_TRUE(TakesSeats("127.0.0.1:" + std::to_string(server->port))) << "what players are told";
  EXPECT_TRUE(maker.Stop("gs-net").ok());
  EXPECT_TRUE(NothingLeft());
}

TEST_F(SwarmBackendTest, ATaskThatEndsTellsWhyAndIsNotRestarted) {
  SwarmMaker maker(engine_->host());
  ASSERT_TRUE(maker.Start("gs-killed").ok());
  (void)engine_->Docker("kill $(docker --host " + engine_->host() +
                        " ps -q --filter label=gg.oof.server=gs-killed)");
  const std::string reason = maker.WaitForExit("gs-killed");
  EXPECT_NE(reason.find("exit status 137"), std::string::npos) << reason;
  EXPECT_NE(reason.find("quirky server is up"), std::string::npos) << reason;
  EXPECT_TRUE(NothingLeft());
}

TEST_F(SwarmBackendTest, ATaskThatTheSwarmReplacesHasEnded) {
  SwarmMaker maker(engine_->host());
  ASSERT_TRUE(maker.Start("gs-moved").ok());
  (void)engine_->Docker("service update --force --detach gs-moved");
  EXPECT_NE(maker.WaitForExit("gs-moved"), "none");
  EXPECT_TRUE(NothingLeft()) << "the new task is a server that nobody has asked for";
}

TEST_F(SwarmBackendTest, OneThatDiesAtOnceTellsItsLastWords) {
  SwarmMaker maker(engine_->host(), {.docker = {.image = {.image = "quirky:dies"}}});
  const auto server = maker.Start("gs-dies");
  const std::string reason =
      server.ok() ? maker.WaitForExit("gs-dies") : std::string(server.status().message());
  EXPECT_NE(reason.find("exit status 3"), std::string::npos) << reason;
  EXPECT_NE(reason.find("no map to play on"), std::string::npos) << reason;
  EXPECT_TRUE(NothingLeft());
}

TEST_F(SwarmBackendTest, WhereNoNodeFitsTheStartFailsWithTheSwarmsWords) {
  SwarmMaker maker(engine_->host(), {.constraints = {"node.labels.games==true"}});
  const auto server = maker.Start("gs-nowhere");
  EXPECT_EQ(server.status().code(), StatusCode::kUnavailable) << server.status();
  EXPECT_NE(server.status().message().find("no suitable node"), absl::string_view::npos) << server.status();
  EXPECT_TRUE(NothingLeft());
}

TEST_F(SwarmBackendTest, TheNextMakerAdoptsWhatRuns) {
  RunningServer running;
  {
    SwarmMaker first(engine_->host());
    running = first.Start("gs-stays").value();
  }
  (void)engine_->Docker(
      "service create --detach --name gs-half --replicas 0 --label gg.oof.maker=1 --label gg.oof.fleet=arena "
      "quirky");
  SwarmMaker second(engine_->host());
  EXPECT_EQ(second.List(), std::vector<RunningServer>{running});
  EXPECT_TRUE(second.Stop("gs-stays").ok());
  EXPECT_TRUE(NothingLeft()) << "what a killed maker left half made is removed too";
}

TEST_F(SwarmBackendTest, TwoMakersWithFleetsOfTheSameNameLeaveEachOthersAlone) {
  SwarmMaker mine(engine_->host(), {.docker = {.owner = "me"}});
  SwarmMaker yours(engine_->host(), {.docker = {.owner = "you"}});
  const auto server = mine.Start("gs-mine");
  ASSERT_TRUE(server.ok()) << server.status();
  const auto other = yours.Start("gs-yours");
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(mine.List(), std::vector<RunningServer>{*server});
  EXPECT_EQ(yours.List(), std::vector<RunningServer>{*other});
  EXPECT_TRUE(mine.Stop("gs-mine").ok());
  EXPECT_TRUE(yours.Stop("gs-yours").ok());
  EXPECT_TRUE(NothingLeft());
}

TEST_F(SwarmBackendTest, ANetworkThatIsMissingIsNamed) {
  SwarmMaker maker(engine_->host(), {.docker = {.network = "nowhere"}});
  const Status status = maker.backend().CheckSetting();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_NE(status.message().find("network create --driver overlay --attachable nowhere"),
            absl::string_view::npos)
      << status;
  EXPECT_EQ(maker.Start("gs-lost").status().code(), StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace oofgg::backends
