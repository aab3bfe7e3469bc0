// The Docker backend with a real engine, and what becomes of it when that is slow, restarts, or is away.

#include "backends/docker/docker_backend.h"

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

constexpr milliseconds kGrace{1'000};

/// A backend whose answers can be waited for.
class Maker {
 public:
  explicit Maker(const std::string& engine, DockerBackendOptions options = {}) {
    options.engine.host = engine;
    if (options.image.image.empty()) options.image.image = "quirky";
    options.image.policy = PullPolicy::kNever;
    backend_ = std::move(
        DockerBackend::Make(std::move(options), {workers_, Clock::System(), RandomSource::System()}).value());
    backend_->WatchExits("arena", [this](ServerExit exit) {
      const std::lock_guard lock(mutex_);
      exits_.push_back(std::move(exit));
      changed_.notify_all();
    });
  }

  std::future<StatusOr<RunningServer>> Begin(const std::string& id) {
    auto answer = std::make_shared<std::promise<StatusOr<RunningServer>>>();
    auto future = answer->get_future();
    backend_->Start({.id = id, .fleet = "arena", .environment = {{"NAME", "{server_id}"}}},
                    [answer](StatusOr<RunningServer> server) { answer->set_value(std::move(server)); });
    return future;
  }
  StatusOr<RunningServer> Start(const std::string& id) { return Begin(id).get(); }
  std::future<StatusOr<std::vector<RunningServer>>> BeginList(const std::string& fleet = "arena") {
    auto answer = std::make_shared<std::promise<StatusOr<std::vector<RunningServer>>>>();
    auto future = answer->get_future();
    backend_->List(fleet, [answer](auto servers) { answer->set_value(std::move(servers)); });
    return future;
  }
  std::vector<RunningServer> List(const std::string& fleet = "arena") {
    return BeginList(fleet).get().value();
  }
  Status Stop(const std::string& id) {
    auto answer = std::make_shared<std::promise<Status>>();
    backend_->Stop(id, kGrace, [answer](Status status) { answer->set_value(std::move(status)); });
    return answer->get_future().get();
  }
  std::string WaitForExit(const std::string& id) {
    std::unique_lock lock(mutex_);
    std::string reason = "none";
    changed_.wait_for(lock, testing::kPatience, [&] {
      for (const ServerExit& exit : exits_) {
        if (exit.id == id) reason = exit.reason;
      }
      return reason != "none";
    });
    return reason;
  }
  std::size_t exits() {
    const std::lock_guard lock(mutex_);
    return exits_.size();
  }
  DockerBackend& backend() { return *backend_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<ServerExit> exits_;
  ThreadPool workers_{2};
  std::unique_ptr<DockerBackend> backend_;
};

class DockerBackendTest : public testing::DockerFixture {
 protected:
  /// Whether a client gets a seat at `control` in the end; a server is up a moment after its start.
  bool TakesSeats(const std::string& control) {
    return testing::Eventually([&] {
      const auto reply =
          http::Fetch(http_, {.method = "POST", .url = "http://" + control + "/reservation/alice"});
      return reply.ok() && reply->status == 200;
    });
  }
  bool NothingLeft() {
    return testing::Eventually([] { return engine_->Containers("label=gg.oof.maker=1").empty(); });
  }

  http::CurlClient http_;
};

TEST_F(DockerBackendTest, ServersArePublishedStoppedAndLeaveNothing) {
  Maker maker(engine_->host());
  const auto server = maker.Start("gs-one");
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(server->id, "gs-one");
  EXPECT_EQ(server->fleet, "arena");
  EXPECT_EQ(server->host, "") << "as the caller reached the maker";
  EXPECT_EQ(server->control, "127.0.0.1:" + std::to_string(server->port));
  EXPECT_TRUE(TakesSeats(server->control));
  const std::string made = engine_->Docker("inspect gs-one");
  for (const char* const part :
       {"\"NAME=gs-one\"", "\"gg.oof.fleet\": \"arena\"", "\"no-new-privileges\"", "\"PidsLimit\": 1024"}) {
    EXPECT_NE(made.find(part), std::string::npos) << part << " is not in " << made;
  }
  EXPECT_TRUE(maker.Stop("gs-one").ok());
  EXPECT_NE(maker.WaitForExit("gs-one").find("quirky server is up"), std::string::npos);
  EXPECT_TRUE(NothingLeft());
  EXPECT_TRUE(maker.Stop("gs-one").ok()) << "it has gone already";
  EXPECT_EQ(maker.exits(), 1U);
}

TEST_F(DockerBackendTest, OnANetworkTheyAreAskedAtTheirOwnAddress) {
  Maker maker(engine_->host(), {.network = "players", .public_host = "play.example"});
  EXPECT_TRUE(maker.backend().CheckSetting().ok());
  const auto server = maker.Start("gs-net");
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_EQ(server->host, "play.example");
  EXPECT_EQ(server->control.find("127."), std::string::npos) << server->control;
  EXPECT_TRUE(TakesSeats(server->control));
  EXPECT_TRUE(TakesSeats("127.0.0.1:" + std::to_string(server->port))) << "what players are told works too";
  EXPECT_TRUE(maker.Stop("gs-net").ok());
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, ANetworkThatIsMissingIsNamedWithTheCommandThatMakesIt) {
  Maker maker(engine_->host(), {.network = "nowhere"});
  const Status status = maker.backend().CheckSetting();
  EXPECT_EQ(status.code(), StatusCode::kFailedPrecondition) << status;
  EXPECT_NE(status.message().find("docker network create nowhere"), absl::string_view::npos) << status;
  const auto server = maker.Start("gs-lost");
  EXPECT_EQ(server.status().code(), StatusCode::kFailedPrecondition) << server.status();
  EXPECT_NE(server.status().message().find("docker network create nowhere"), absl::string_view::npos);
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, OneThatDiesTellsItsStatusAndItsLastWords) {
  Maker maker(engine_->host(), {.image = {.image = "quirky:dies"}});
  const auto server = maker.Start("gs-dies");
  const std::string reason =
      server.ok() ? maker.WaitForExit("gs-dies") : std::string(server.status().message());
  EXPECT_NE(reason.find("exit status 3"), std::string::npos) << reason;
  EXPECT_NE(reason.find("no map to play on"), std::string::npos) << reason;
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, OneThatTakesTooMuchMemoryIsSaidToHave) {
  Maker maker(engine_->host(), {.image = {.image = "quirky:hog"}, .limits = {.memory_mib = 16}});
  const auto server = maker.Start("gs-hog");
  const std::string reason =
      server.ok() ? maker.WaitForExit("gs-hog") : std::string(server.status().message());
  EXPECT_NE(reason.find("exit status 137"), std::string::npos) << reason;
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, AnImageThatIsMissingIsNamed) {
  Maker maker(engine_->host(), {.image = {.image = "nobody/has:this"}});
  const auto server = maker.Start("gs-none");
  EXPECT_EQ(server.status().code(), StatusCode::kFailedPrecondition) << server.status();
  EXPECT_NE(server.status().message().find("nobody/has:this"), absl::string_view::npos) << server.status();
}

TEST_F(DockerBackendTest, TheNextMakerAdoptsWhatRunsAndClearsWhatDoesNot) {
  RunningServer running;
  {
    Maker first(engine_->host());
    running = first.Start("gs-stays").value();
  }
  (void)engine_->Docker(
      "create --name gs-half --label gg.oof.maker=1 --label gg.oof.fleet=arena --label gg.oof.server=gs-half "
      "quirky");
  (void)engine_->Docker(
      "run -d --name gs-other --label gg.oof.maker=1 --label gg.oof.fleet=other --label "
      "gg.oof.server=gs-other quirky");
  (void)engine_->Docker("run -d --name somebodys quirky");
  Maker second(engine_->host());
  EXPECT_EQ(second.List(), std::vector<RunningServer>{running});
  EXPECT_TRUE(testing::Eventually([] { return engine_->Containers("name=gs-half").empty(); }))
      << "made by a maker that was killed before it started it";
  (void)engine_->Docker("kill gs-stays");
  EXPECT_NE(second.WaitForExit("gs-stays").find("exit status 137"), std::string::npos);
  EXPECT_EQ(engine_->Containers("name=gs-other").size(), 1U) << "another fleet's";
  EXPECT_EQ(engine_->Containers("name=somebodys").size(), 1U);
  (void)engine_->Docker("rm -f gs-other somebodys");
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, TwoMakersWithFleetsOfTheSameNameLeaveEachOthersAlone) {
  Maker mine(engine_->host(), {.owner = "me"});
  RunningServer kept;
  {
    Maker yours(engine_->host(), {.owner = "you"});
    kept = yours.Start("gs-yours").value();
    const auto server = mine.Start("gs-mine");
    ASSERT_TRUE(server.ok()) << server.status();
    EXPECT_EQ(mine.List(), std::vector<RunningServer>{*server});
    EXPECT_EQ(yours.List(), std::vector<RunningServer>{kept});
  }
  (void)engine_->Docker("kill gs-mine");
  EXPECT_NE(mine.WaitForExit("gs-mine").find("exit status 137"), std::string::npos);
  EXPECT_EQ(mine.List(), std::vector<RunningServer>());
  Maker yours(engine_->host(), {.owner = "you"});
  EXPECT_EQ(yours.List(), std::vector<RunningServer>{kept}) << "its next run knows it";
  EXPECT_TRUE(yours.Stop("gs-yours").ok());
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, AStartWhoseAnswerWasLostFindsItsContainer) {
  Maker maker(engine_->host());
  const auto first = maker.Start("gs-twice");
  const auto again = maker.Start("gs-twice");
  ASSERT_TRUE(first.ok() && again.ok()) << again.status();
  EXPECT_EQ(*first, *again);
  EXPECT_EQ(engine_->Containers("label=gg.oof.maker=1").size(), 1U);
  EXPECT_TRUE(maker.Stop("gs-twice").ok());
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, RemovedByHandItHasEnded) {
  Maker maker(engine_->host());
  ASSERT_TRUE(maker.Start("gs-removed").ok());
  (void)engine_->Docker("rm -f gs-removed");
  EXPECT_NE(maker.WaitForExit("gs-removed"), "none");
}

TEST_F(DockerBackendTest, RestartedByHandItHasEndedAndIsNotLeft) {
  {
    Maker first(engine_->host());
    ASSERT_TRUE(first.Start("gs-adopted").ok());
  }
  Maker maker(engine_->host());
  ASSERT_EQ(maker.List().size(), 1U);
  ASSERT_TRUE(maker.Start("gs-started").ok());
  (void)engine_->Docker("restart --time 0 gs-adopted gs-started");
  EXPECT_NE(maker.WaitForExit("gs-adopted"), "none");
  EXPECT_NE(maker.WaitForExit("gs-started"), "none");
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, AnEngineThatRestartsTakesItsServersAndIsFollowedAgain) {
  Maker maker(engine_->host());
  ASSERT_TRUE(maker.Start("gs-before").ok());
  engine_->Stop();
  auto listed = maker.BeginList();
  auto started = maker.Begin("gs-away");
  EXPECT_EQ(started.get().status().code(), StatusCode::kUnavailable);
  engine_->Start();
  EXPECT_TRUE(listed.get().ok()) << "a list waits for the engine";
  EXPECT_NE(maker.WaitForExit("gs-before"), "none");
  const auto after = maker.Start("gs-after");
  ASSERT_TRUE(after.ok()) << after.status();
  EXPECT_TRUE(TakesSeats(after->control));
  (void)engine_->Docker("kill gs-after");
  EXPECT_NE(maker.WaitForExit("gs-after").find("exit status 137"), std::string::npos)
      << "events are followed again";
  EXPECT_EQ(maker.exits(), 2U);
  EXPECT_TRUE(NothingLeft());
}

TEST_F(DockerBackendTest, AnEngineThatIsKilledAndOneThatHangsAreWaitedFor) {
  Maker maker(engine_->host());
  ASSERT_TRUE(maker.Start("gs-killed").ok());
  engine_->Kill();
  engine_->Start();
  EXPECT_NE(maker.WaitForExit("gs-killed"), "none") << "without live restore it does not survive its engine";
  engine_->Pause();
  auto started = maker.Begin("gs-slow");
  EXPECT_EQ(started.wait_for(milliseconds(100)), std::future_status::timeout);
  engine_->Resume();
  EXPECT_TRUE(started.get().ok());
  EXPECT_TRUE(maker.Stop("gs-slow").ok());
  EXPECT_TRUE(NothingLeft());
}

}  // namespace
}  // namespace oofgg::backends
