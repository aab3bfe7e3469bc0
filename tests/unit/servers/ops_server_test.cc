#include "servers/common/ops_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/metric_family.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <future>
#include <thread>
#include <vector>

#include "http/curl_client.h"
#include "tests/support/eventually.h"

namespace oofgg::servers {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;

class OpsServerTest : public ::testing::Test {
 protected:
  void Start() {
    ASSERT_TRUE(ops_.Listen(io_, "127.0.0.1:0").ok());
    thread_ = std::thread([this] { io_.run(); });
  }
  ~OpsServerTest() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  HttpReply Ask(const std::string& path, const std::string& method = "GET") {
    auto reply = http::Fetch(http_, {.method = method, .url = "http://" + ops_.address() + path});
    EXPECT_TRUE(reply.ok()) << reply.status();
    if (reply.ok() && reply->status == 503) ++refused_;
    return reply.ok() ? *std::move(reply) : HttpReply{};
  }

  boost::asio::io_context io_;
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{io_.get_executor()};
  std::thread thread_;
  OpsServer ops_{"tool"};
  http::CurlClient http_;
  std::atomic<int> refused_{0};
};

TEST_F(OpsServerTest, IsReadyOnlyWhileWhatItNeedsIsThere) {
  std::atomic<bool> up{false};
  ops_.AddReadiness(
      [&] { return up ? Status() : MakeStatus(StatusCode::kUnavailable, "the store is away"); });
  Start();
  ops_.SetReady(true);
  const HttpReply away = Ask("/readyz");
  EXPECT_EQ(away.status, 503);
  EXPECT_EQ(away.body, "not ready: the store is away\n");
  up = true;
  EXPECT_EQ(Ask("/readyz").status, 200);
}

TEST_F(OpsServerTest, SaysWhatIsWorthKnowingAndIsReadyAllTheSame) {
  std::atomic<bool> waits{true};
  ops_.AddNote([&] { return waits ? std::string("records wait") : std::string(); });
  Start();
  ops_.SetReady(true);
  EXPECT_EQ(Ask("/readyz").status, 200);
  EXPECT_EQ(Ask("/readyz").body, "ready\nrecords wait\n");
  waits = false;
  EXPECT_EQ(Ask("/readyz").body, "ready\n");
}

TEST_F(OpsServerTest, IsHealthyAtOnceAndReadyWhenTold) {
  Start();
  EXPECT_EQ(Ask("/healthz").status, 200);
  EXPECT_EQ(Ask("/readyz").status, 503);
  ops_.SetReady(true);
  EXPECT_EQ(Ask("/readyz").status, 200);
  EXPECT_EQ(Ask("/readyz?verbose").status, 200);
  ops_.SetReady(false);
  EXPECT_EQ(Ask("/readyz").status, 503);
  EXPECT_THAT(Ask("/version").body, ContainsRegex("^tool 0\\.[0-9]+\\.[0-9]+\n$"));
}

TEST_F(OpsServerTest, ShowsGaugesAsTheyAreWhenScraped) {
  std::atomic<double> players{1};
  ops_.AddGauge("tool_players", "Players.", [&players] { return players.load(); });
  Start();
  EXPECT_THAT(Ask("/metrics").body,
              HasSubstr("# HELP tool_players Players.\n# TYPE tool_players gauge\ntool_players 1"));
  players = 42;
  const std::string metrics = Ask("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("tool_players 42"));
  EXPECT_THAT(metrics, ContainsRegex("process_resident_memory_bytes [1-9]"));
}

// As a fleet does whose executor is stuck.
TEST_F(OpsServerTest, AFigureThatHangsHoldsUpNobodyButWhoScrapes) {
  std::promise<void> release;
  ops_.AddFamilies([hung = release.get_future().share()] {
    hung.wait();
    return std::vector<prometheus::MetricFamily>();
  });
  Start();  // One thread for all connections.
  std::vector<std::future<int>> scrapes;
  for (int i = 0; i < 3; ++i) {
    scrapes.push_back(std::async(std::launch::async, [this] { return Ask("/metrics").status; }));
  }
  EXPECT_EQ(Ask("/healthz").status, 200);
  for (int i = 0; i < 20; ++i) {
    scrapes.push_back(std::async(std::launch::async, [this] { return Ask("/metrics").status; }));
  }
  EXPECT_TRUE(testing::Eventually([&] { return refused_ > 0; })) << "they do not pile up";
  EXPECT_EQ(Ask("/healthz").status, 200);
  release.set_value();
  int served = 0;
  for (auto& scrape : scrapes) served += scrape.get() == 200 ? 1 : 0;
  EXPECT_GE(served, 1);
  EXPECT_LT(served, 23);
}

// Each adds to the counters what came since the last: two at once would both add it.
TEST_F(OpsServerTest, ScrapesReadOneAfterTheOther) {
  std::atomic<int> readers{0};
  std::atomic<bool> was_together{false};
  ops_.AddCounter("tool_things_total", "Things.", [&] {
    ++readers;
    // Long enough for a second one to come in, if it could.
    for (int i = 0; i < 100 && !was_together; ++i) {
      if (readers > 1) was_together = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    --readers;
    return 7.0;
  });
  Start();
  std::thread second([this] { io_.run(); });
  auto other = std::async(std::launch::async, [this] { return Ask("/metrics").status; });
  EXPECT_EQ(Ask("/metrics").status, 200);
  EXPECT_EQ(other.get(), 200);
  EXPECT_FALSE(was_together);
  EXPECT_THAT(Ask("/metrics").body, HasSubstr("\ntool_things_total 7\n"));
  io_.stop();
  second.join();
}

TEST_F(OpsServerTest, ServesPagesOfTheProgram) {
  ops_.AddPage("/.well-known/jwks.json", [](const net::HttpRequest&) {
    return net::HttpResponse{.body = "{}", .content_type = "a/b"};
  });
  Start();
  EXPECT_EQ(Ask("/.well-known/jwks.json").body, "{}");
}

TEST_F(OpsServerTest, RefusesTheRest) {
  Start();
  EXPECT_EQ(Ask("/").status, 404);
  EXPECT_EQ(Ask("/healthz/").status, 404);
  EXPECT_EQ(Ask("/%68ealthz").status, 404);
  EXPECT_EQ(Ask("/nothing", "POST").status, 404);
  for (const char* method : {"POST", "PUT", "DELETE"})
    EXPECT_EQ(Ask("/healthz", method).status, 405) << method;
  EXPECT_EQ(Ask("/healthz").status, 200) << "and goes on";
}

TEST_F(OpsServerTest, SaysWhichFlagNamesAnAddressItCannotHave) {
  Start();
  OpsServer second("second");
  for (const std::string& address : {ops_.address(), std::string("nowhere")}) {
    const Status status = second.Listen(io_, address);
    EXPECT_FALSE(status.ok()) << address;
    EXPECT_THAT(std::string(status.message()), HasSubstr("--ops-listen: "));
  }
}

}  // namespace
}  // namespace oofgg::servers
