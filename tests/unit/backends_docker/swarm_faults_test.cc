// The Swarm backend with a swarm that answers at the wrong moment.

#include <gtest/gtest.h>

#include <future>
#include <mutex>
#include <nlohmann/json.hpp>

#include "backends/swarm/swarm_backend.h"
#include "oofgg/thread_pool.h"
#include "tests/support/eventually.h"
#include "tests/unit/backends_docker/fake_engine.h"

namespace oofgg::backends {
namespace {

using orchestration::RunningServer;

constexpr const char* kTasks = "GET /tasks";
constexpr const char* kNodes = "GET /nodes";
constexpr const char* kNodeList = R"([{"ID":"n1","Status":{"Addr":"192.0.2.7"}}])";

nlohmann::json TaskThatRuns(const std::string& id, const std::string& owner = "me") {
  return {{"ID", "task-of-" + id},
          {"NodeID", "n1"},
          {"Spec",
           {{"ContainerSpec",
             {{"Labels",
               {{"gg.oof.maker", "1"},
                {"gg.oof.owner", owner},
                {"gg.oof.server", id},
                {"gg.oof.fleet", "arena"},
                {"gg.oof.port", "3000/tcp"},
                {"gg.oof.control", "3000"}}}}}}},
          {"Status",
           {{"State", "running"},
            {"PortStatus",
             {{"Ports", {{{"Protocol", "tcp"}, {"TargetPort", 3000}, {"PublishedPort", 41'000}}}}}}}},
          {"DesiredState", "running"}};
}

class SwarmFaultsTest : public ::testing::Test {
 protected:
  SwarmFaultsTest() {
    engine_.On("POST /services/create", 201, "{}");
    engine_.On(kNodes, 200, kNodeList);
    engine_.On(kTasks, [this](const net::HttpRequest&) {
      const std::lock_guard lock(mutex_);
      return net::HttpResponse{.body = tasks_.dump()};
    });
    backend_ = std::move(
        SwarmBackend::Make(
            {.docker = {.engine = {.host = engine_.host()}, .image = {.image = "game"}, .owner = "me"},
             .verify_cooldown = std::chrono::milliseconds(20),
             .verify_tries = 1'000},
            {pool_, Clock::System(), RandomSource::System()})
            .value());
    backend_->WatchExits("arena", [this](orchestration::ServerExit exit) {
      const std::lock_guard lock(mutex_);
      exits_.push_back(exit.id + " " + exit.reason);
    });
  }

  StatusOr<RunningServer> Start(const std::string& id) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(TaskThatRuns(id));
    }
    auto answer = std::make_shared<std::promise<StatusOr<RunningServer>>>();
    backend_->Start({.id = id, .fleet = "arena", .environment = {}},
                    [answer](StatusOr<RunningServer> server) { answer->set_value(std::move(server)); });
    return answer->get_future().get();
  }
  std::vector<std::string> exits() {
    const std::lock_guard lock(mutex_);
    return exits_;
  }

  std::mutex mutex_;
  nlohmann::json tasks_ = nlohmann::json::array();  // Guarded by mutex_, as is the next.
  std::vector<std::string> exits_;
  testing::FakeEngine engine_;
  ThreadPool pool_{2};
  std::unique_ptr<SwarmBackend> backend_;
};

TEST_F(SwarmFaultsTest, OneThatCameUpWhileTheOthersWereLookedAtHasNotEnded) {
  ASSERT_TRUE(Start("gs-1").ok());
  engine_.Hold(kNodes);
  std::size_t nodes = engine_.Count(kNodes);
  // Now the tasks were told, without gs-2.
  ASSERT_TRUE(testing::Eventually([&] { return engine_.Count(kNodes) > nodes; }));
  engine_.On(kNodes, 200, kNodeList);
  ASSERT_TRUE(Start("gs-2").ok());
  nodes = engine_.Count(kNodes);
  engine_.Release(200, kNodeList);
  ASSERT_TRUE(testing::Eventually([&] { return engine_.Count(kNodes) > nodes; })) << "it looks again";
  EXPECT_EQ(exits(), std::vector<std::string>());
  EXPECT_EQ(engine_.Count("DELETE /services/gs-2"), 0U);
}

TEST_F(SwarmFaultsTest, WhatOtherMakersMadeIsLeftAlone) {
  tasks_ = {TaskThatRuns("gs-1"), TaskThatRuns("gs-2", "you")};
  tasks_.push_back(TaskThatRuns("gs-3"));
  tasks_[2]["Spec"]["ContainerSpec"]["Labels"].erase("gg.oof.owner");
  auto query = std::make_shared<std::promise<std::string>>();
  engine_.On("GET /services", [query](const net::HttpRequest& request) {
    query->set_value(request.target);
    return net::HttpResponse{.body = "[]"};
  });
  auto answer = std::make_shared<std::promise<StatusOr<std::vector<RunningServer>>>>();
  backend_->List("arena", [answer](auto servers) { answer->set_value(std::move(servers)); });
  const auto servers = answer->get_future().get().value();
  ASSERT_EQ(servers.size(), 1U);
  EXPECT_EQ(servers[0].id, "gs-1");
  const std::string idle = query->get_future().get();
  EXPECT_NE(idle.find("gg.oof.owner"), std::string::npos) << "only ours are cleared away: " << idle;
}

TEST_F(SwarmFaultsTest, OneWhoseTaskIsGoneHasEnded) {
  ASSERT_TRUE(Start("gs-1").ok());
  {
    const std::lock_guard lock(mutex_);
    tasks_.clear();
  }
  EXPECT_TRUE(testing::Eventually(
      [this] { return exits() == std::vector<std::string>{"gs-1 its task was removed"}; }));
}

}  // namespace
}  // namespace oofgg::backends
