#include "servers/common/call_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <string>
#include <thread>

#include "http/curl_client.h"

namespace oofgg::servers {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CallMetricsTest, ShowsWhatWasCountedAndNothingElse) {
  rpc::CallStats calls;
  const auto fast = rpc::CallStats::Register("/x.Service/Fast");
  const auto stream = rpc::CallStats::Register("/x.Service/Stream");
  static_cast<void>(rpc::CallStats::Register("/x.Service/NeverCalled"));
  for (const int took : {1, 1, 40, 5'000}) {
    calls.CountBegin(fast);
    calls.CountTime(fast, milliseconds(took));
    calls.CountEnd(fast, took == 40 ? StatusCode::kNotFound : StatusCode::kOk);
  }
  calls.CountBegin(stream);
  calls.CountHeard(stream);
  for (int i = 0; i < 3; ++i) calls.CountSaid(stream);

  boost::asio::io_context io;
  const auto work = boost::asio::make_work_guard(io);
  OpsServer ops("tool");
  AddCallMetrics(ops, calls);
  ASSERT_TRUE(ops.Listen(io, "127.0.0.1:0").ok());
  std::thread thread([&io] { io.run(); });
  http::CurlClient http;
  const auto reply = http::Fetch(http, {.method = "GET", .url = "http://" + ops.address() + "/metrics"});
  io.stop();
  thread.join();
  ASSERT_TRUE(reply.ok()) << reply.status();
  const std::string& text = reply->body;
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_calls_total{method=\"x.Service/Fast\",code=\"OK\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_calls_total{method=\"x.Service/Fast\",code=\"NOT_FOUND\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_seconds_bucket{method=\"x.Service/Fast\",le=\"0.001\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_seconds_bucket{method=\"x.Service/Fast\",le=\"0.05\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_seconds_bucket{method=\"x.Service/Fast\",le=\"+Inf\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_seconds_count{method=\"x.Service/Fast\"} 4\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_open_calls{method=\"x.Service/Fast\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("oofgg_rpc_open_calls{method=\"x.Service/Stream\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_messages_total{method=\"x.Service/Stream\",direction=\"in\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("_messages_total{method=\"x.Service/Stream\",direction=\"out\"} 3\n"));
  EXPECT_THAT(text, Not(HasSubstr("oofgg_rpc_seconds_count{method=\"x.Service/Stream\"}")));
  EXPECT_THAT(text, Not(HasSubstr("NeverCalled")));
}

}  // namespace
}  // namespace oofgg::servers
