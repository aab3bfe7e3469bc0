// The Docker backend with an engine that is full, slow, or says nonsense.

#include <gtest/gtest.h>

#include <future>

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

class DockerFaultsTest : public ::testing::Test {
 protected:
  DockerFaultsTest() {
    engine_.On("GET /images/game/json", 200, "{}");
    engine_.On(kCreate, 201, "{}");
    engine_.On(kStart, 204, "");
    engine_.On(kRemove, 204, "");
    backend_ = std::move(DockerBackend::Make({.engine = {.host = engine_.host()},
                                              .image = {.image = "game", .policy = PullPolicy::kNever}},
                                             {pool_, Clock::System(), RandomSource::System()})
                             .value());
    backend_->WatchExits("arena", [](const orchestration::ServerExit&) {});
  }

  std::future<StatusOr<RunningServer>> Begin() {
    auto answer = std::make_shared<std::promise<StatusOr<RunningServer>>>();
    auto future = answer->get_future();
    backend_->Start({.id = "gs-1", .fleet = "arena", .environment = {}},
                    [answer](StatusOr<RunningServer> server) { answer->set_value(std::move(server)); });
    return future;
  }
  Status StartFails() { return Begin().get().status(); }

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
