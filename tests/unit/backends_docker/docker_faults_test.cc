// The Docker backend with an engine that is full, slow, or says nonsense.

#include <gtest/gtest.h>

#include <future>
#include <mutex>

#include "backends/docker/docker_backend.h"
#include "oofgg/thread_pool.h"
#include "tests/support/eventually.h"
#include "tests/unit/backends_docker/fake_engine.h"

namespace oofgg::backends {
namespace {

using orchestration::RunningServer;

constexpr const char* kCreate = "POST /containers/create";
constexpr const char* kStart = "POST /containers/gs-1/start";
constexpr const char* kInspect = "GET /containers/gs-1/json";
constexpr const char* kRemove = "DELETE /containers/gs-1";
constexpr const char* kList = "GET /containers/json";
constexpr const char* kEvents = "GET /events";
constexpr const char* kGameLabels =
    R"("Labels":{"gg.oof.maker":"1","gg.oof.server":"gs-1","gg.oof.fleet":"arena","gg.oof.port":"3000/tcp","gg.oof.control":"3000"})";

class DockerFaultsTest : public ::testing::Test {
 protected:
  DockerFaultsTest() {
    engine_.On("GET /images/game/json", 200, "{}");
    engine_.On(kCreate, 201, "{}");
    engine_.On(kStart, 204, "");
    engine_.On(kRemove, 204, "");
    Owns("");
  }
  /// The backend is the one of the maker `owner`.
  void Owns(const std::string& owner) {
    backend_ = std::move(DockerBackend::Make({.engine = {.host = engine_.host()},
                                              .image = {.image = "game", .policy = PullPolicy::kNever},
                                              .owner = owner},
                                             {pool_, Clock::System(), RandomSource::System()})
                             .value());
    backend_->WatchExits("arena", [this](orchestration::ServerExit exit) {
      const std::lock_guard lock(mutex_);
      exits_.push_back(std::move(exit.reason));
    });
  }

  std::future<StatusOr<RunningServer>> Begin() {
    auto answer = std::make_shared<std::promise<StatusOr<RunningServer>>>();
    auto future = answer->get_future();
    backend_->Start({.id = "gs-1", .fleet = "arena", .environment = {}},
                    [answer](StatusOr<RunningServer> server) { answer->set_value(std::move(server)); });
    return future;
  }
  Status StartFails() { return Begin().get().status(); }
  std::vector<RunningServer> List() {
    auto answer = std::make_shared<std::promise<StatusOr<std::vector<RunningServer>>>>();
    backend_->List("arena", [answer](auto servers) { answer->set_value(std::move(servers)); });
    return answer->get_future().get().value();
  }
  /// From now on gs-1 is a container that was started then, and that players reach at `port`.
  void RunsSince(const std::string& started_at, int port = 41'000) {
    const std::string host = R"([{"HostIp":"0.0.0.0","HostPort":")" + std::to_string(port) + R"("}])";
    engine_.On(kInspect, 200,
               R"({"State":{"Status":"running","StartedAt":")" + started_at + R"("},"Config":{)" +
                   kGameLabels + R"(},"NetworkSettings":{"Ports":{"3000/tcp":)" + host + "}}}");
  }
  void ListsIt() {
    engine_.On(kList, 200,
               R"([{"State":"running",)" + std::string(kGameLabels) +
                   R"(,"Ports":[{"IP":"0.0.0.0","PrivatePort":3000,"PublicPort":41000,"Type":"tcp"}]}])");
  }
  std::vector<std::string> exits() {
    const std::lock_guard lock(mutex_);
    return exits_;
  }
  bool IsSaidToBeRestarted() {
    return testing::Eventually(
        [this] { return exits() == std::vector<std::string>{"its container was restarted"}; });
  }

  std::mutex mutex_;
  std::vector<std::string> exits_;  // Guarded by mutex_.
  testing::FakeEngine engine_;
  ThreadPool pool_{2};
  std::unique_ptr<DockerBackend> backend_;
};

TEST_F(DockerFaultsTest, NoSpaceIsSaidAndNotTriedAgain) {
  engine_.On(kCreate, 500, "{\"message\":\"write /var: no space left on device\"}");
  const Status status = StartFails();
  EXPECT_EQ(status.code(), StatusCode::kResourceExhausted) << status;
  EXPECT_NE(status.message().find("no space left"), absl::string_view::npos);
  EXPECT_EQ(engine_.Count(kCreate), 1U);
}

TEST_F(DockerFaultsTest, WhatWasMadeAndCannotStartIsRemoved) {
  engine_.On(kStart, 500, "{\"message\":\"Bind for 0.0.0.0:1 failed: port is already allocated\"}");
  EXPECT_EQ(StartFails().code(), StatusCode::kResourceExhausted);
  EXPECT_TRUE(testing::Eventually([this] { return engine_.Count(kRemove) == 1; }));
}

TEST_F(DockerFaultsTest, WhatCannotBeRemovedIsTriedAgainUntilItIsGone) {
  engine_.Hold(kEvents);  // Nothing happens there, so nothing else leads back to it.
  engine_.On(kStart, 500, "{\"message\":\"port is already allocated\"}");
  engine_.On(kRemove, 500, "{\"message\":\"device or resource busy\"}");
  EXPECT_EQ(StartFails().code(), StatusCode::kResourceExhausted);
  ASSERT_TRUE(testing::Eventually([this] { return engine_.Count(kRemove) > 0; }));
  engine_.On(kRemove, 204, "");
  const std::size_t tries = engine_.Count(kRemove);
  EXPECT_TRUE(testing::Eventually([&] { return engine_.Count(kRemove) > tries; }));
}

TEST_F(DockerFaultsTest, TroubleIsTriedAgainAFewTimesAndThenSaid) {
  engine_.On(kStart, 500, "{\"message\":\"something broke\"}");
  const Status status = StartFails();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
  EXPECT_EQ(engine_.Count(kStart), 3U);
}

TEST_F(DockerFaultsTest, ANameThatSomebodyElseHasIsLeftToThem) {
  engine_.On(kCreate, 409, "{\"message\":\"Conflict\"}");
  engine_.On(kInspect, 200, R"({"State":{"Status":"running"},"Config":{"Labels":{}}})");
  EXPECT_EQ(StartFails().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(engine_.Count(kRemove), 0U);
}

TEST_F(DockerFaultsTest, AStartThatEndsAfterItsFleetHasGoneIsUndone) {
  engine_.On(kInspect, [this](const net::HttpRequest&) {
    backend_->WatchExits("arena", nullptr);
    return net::HttpResponse{
        .body =
            R"({"State":{"Status":"running"},"Config":{"Labels":{"gg.oof.server":"gs-1","gg.oof.fleet":"arena"}}})"};
  });
  EXPECT_EQ(StartFails().code(), StatusCode::kCancelled);
  EXPECT_TRUE(testing::Eventually([this] { return engine_.Count(kRemove) == 1; }));
}

TEST_F(DockerFaultsTest, AFleetsOwnImageIsTheOneThatStarts) {
  std::string body;
  engine_.On("GET /images/other:2/json", 200, "{}");
  engine_.On(kCreate, [&body](const net::HttpRequest& request) {
    body = request.body;
    return net::HttpResponse{.status = 500, .body = "{\"message\":\"no space left on device\"}"};
  });
  std::promise<void> done;
  backend_->Start({.id = "gs-1", .fleet = "arena", .environment = {}, .image = "other:2"},
                  [&done](const StatusOr<RunningServer>&) { done.set_value(); });
  done.get_future().wait();
  EXPECT_NE(body.find("\"Image\":\"other:2\""), std::string::npos) << body;
}

TEST_F(DockerFaultsTest, NonsenseIsAnError) {
  engine_.On(kInspect, 200, "<html>");
  EXPECT_EQ(StartFails().code(), StatusCode::kUnavailable);
}

TEST_F(DockerFaultsTest, AnEndWhileTheEngineHangsOwesNobodyAnAnswer) {
  engine_.Hold(kCreate);
  auto started = Begin();
  ASSERT_TRUE(testing::Eventually([this] { return engine_.Count(kCreate) == 1; }));
  backend_.reset();
  EXPECT_EQ(started.get().status().code(), StatusCode::kCancelled);
}

TEST_F(DockerFaultsTest, WhatOtherMakersMadeIsLeftAlone) {
  Owns("me");
  const auto listed = [](const std::string& id, const std::string& state, const std::string& owner) {
    return R"({"State":")" + state +
           R"(","Ports":[{"IP":"0.0.0.0","PrivatePort":3000,"PublicPort":41000,"Type":"tcp"}],)" +
           R"("Labels":{"gg.oof.maker":"1","gg.oof.fleet":"arena","gg.oof.port":"3000/tcp",)" +
           R"("gg.oof.control":"3000","gg.oof.server":")" + id + "\"" + owner + "}}";
  };
  const std::string mine = R"(,"gg.oof.owner":"me")";
  const std::string yours = R"(,"gg.oof.owner":"you")";
  engine_.On(kList, 200,
             "[" + listed("gs-1", "running", mine) + "," + listed("gs-2", "exited", mine) + "," +
                 listed("gs-3", "running", yours) + "," + listed("gs-4", "exited", yours) + "," +
                 listed("gs-5", "running", "") + "," + listed("gs-6", "exited", "") + "]");
  const std::vector<RunningServer> servers = List();
  ASSERT_EQ(servers.size(), 1U);
  EXPECT_EQ(servers[0].id, "gs-1");
  EXPECT_TRUE(testing::Eventually([this] { return engine_.Count("DELETE /containers/gs-2") == 1; }));
  EXPECT_EQ(engine_.Count("DELETE /containers/gs-4") + engine_.Count("DELETE /containers/gs-6"), 0U);
}

TEST_F(DockerFaultsTest, ANameThatAnotherMakerHasIsLeftToIt) {
  Owns("me");
  RunsSince("2026-01-01T00:00:00.1Z");  // Without a word of whose it is.
  EXPECT_EQ(StartFails().code(), StatusCode::kFailedPrecondition);
  EXPECT_EQ(engine_.Count(kRemove), 0U);
}

TEST_F(DockerFaultsTest, OneThatWasRestartedHasEnded) {
  engine_.On(kEvents, 200, "");  // The stream ends at once, so it is looked at again and again.
  RunsSince("2026-01-01T00:00:00.1Z");
  ASSERT_TRUE(Begin().get().ok());
  const std::size_t looks = engine_.Count(kInspect);
  ASSERT_TRUE(testing::Eventually([&] { return engine_.Count(kInspect) > looks + 1; }));
  EXPECT_TRUE(exits().empty()) << "it is as it was";
  RunsSince("2026-01-01T00:00:00.2Z");
  EXPECT_TRUE(IsSaidToBeRestarted());
  EXPECT_TRUE(testing::Eventually([this] { return engine_.Count(kRemove) == 1; }));
}

TEST_F(DockerFaultsTest, OneThatWasAdoptedAndRestartedHasEnded) {
  engine_.On(kEvents, 200, "");
  ListsIt();
  RunsSince("2026-01-01T00:00:00.1Z");
  ASSERT_EQ(List().size(), 1U);
  ASSERT_TRUE(testing::Eventually([this] { return engine_.Count(kInspect) > 1; }));
  EXPECT_TRUE(exits().empty()) << "it is as it was";
  RunsSince("2026-01-01T00:00:00.2Z");
  EXPECT_TRUE(IsSaidToBeRestarted());
}

TEST_F(DockerFaultsTest, OneThatIsNotWhereTheListSaidHasEnded) {
  ListsIt();
  RunsSince("2026-01-01T00:00:00.1Z", 41'001);
  ASSERT_EQ(List().size(), 1U);
  EXPECT_TRUE(IsSaidToBeRestarted());
}

TEST_F(DockerFaultsTest, AListWaitsForAnEngineInTrouble) {
  engine_.On("GET /containers/json", 500, "{\"message\":\"starting\"}");
  auto answer = std::make_shared<std::promise<StatusOr<std::vector<RunningServer>>>>();
  backend_->List("arena", [answer](auto servers) { answer->set_value(std::move(servers)); });
  ASSERT_TRUE(testing::Eventually([this] { return engine_.Count("GET /containers/json") > 0; }));
  engine_.On("GET /containers/json", 200, "[]");
  EXPECT_TRUE(answer->get_future().get().value().empty());
}

}  // namespace
}  // namespace oofgg::backends
