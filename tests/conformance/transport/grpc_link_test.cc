#include <gtest/gtest.h>

#include <future>

#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "tests/conformance/transport/grpc_echo_server.h"
#include "tests/support/tcp_link.h"

namespace oofgg {
namespace {

using std::chrono::milliseconds;

// With the defaults of 2.5 s and 2 s the same takes at most 4.5 s.
TEST(GrpcLink, ALinkThatGoesSilentIsFoundByPings) {
  testing::GrpcEchoServer server;
  testing::TcpLink link("127.0.0.1:" + std::to_string(server.port()));
  auto transport = MakeGrpcTransport({.endpoints = {link.address(), link.address(), link.address()},
                                      .keepalive_interval = milliseconds(500),
                                      .keepalive_timeout = milliseconds(1'000)});
  std::promise<void> answered;
  std::promise<Status> closed;
  const auto stream =
      transport->StartStream({.method = "/suite.Echo/Stream", .metadata = {}, .deadline = kNever},
                             {.on_message = [&](const std::string&) { answered.set_value(); },
                              .on_closed = [&](Status status) { closed.set_value(std::move(status)); }});
  ASSERT_TRUE(stream->Write("x"));
  answered.get_future().wait();
  link.GoSilent();
  const Status status = closed.get_future().get();
  EXPECT_EQ(status.code(), StatusCode::kUnavailable) << status;
}

TEST(GrpcLink, NobodyListeningIsUnavailableAtOnce) {
  int port = 0;
  {
    const testing::GrpcEchoServer gone;
    port = gone.port();
  }
  const std::string address = "127.0.0.1:" + std::to_string(port);
  auto transport = MakeGrpcTransport({.endpoints = {address, address, address}});
  std::promise<Status> refused;
  const auto handle =
      transport->StartUnary({.method = "/suite.Echo/Unary", .metadata = {}, .deadline = kNever}, "x",
                            [&](const StatusOr<std::string>& reply) { refused.set_value(reply.status()); });
  EXPECT_EQ(refused.get_future().get().code(), StatusCode::kUnavailable);
}

TEST(GrpcClient, AFinishedCallMayOutliveTheClientAndItsTransport) {
  testing::GrpcEchoServer server;
  auto client = std::make_unique<Client>(
      MakeGrpcTransport({.endpoints = {server.address(), server.address(), server.address()}}));
  std::promise<Status> answered;
  const Call call = client->auth().ValidateToken(
      {"t"}, [&](const StatusOr<ValidateTokenResponse>& answer) { answered.set_value(answer.status()); });
  EXPECT_EQ(answered.get_future().get().code(), StatusCode::kUnimplemented);
  client.reset();  // Waits for gRPC to let go of every call.
}

TEST(GrpcClient, AKeyThatIsNoHeaderIsAnError) {
  testing::GrpcEchoServer server;
  Client client(MakeGrpcTransport({.endpoints = {server.address(), server.address(), server.address()}}));
  const Status status =
      client.auth().Register({"ann", "", "a long password"}, {.idempotency_key = "two\nlines"}).status();
  EXPECT_EQ(status.code(), StatusCode::kInvalidArgument) << status;
  ASSERT_EQ(FieldViolationsOf(status).size(), 1u);
  EXPECT_EQ(FieldViolationsOf(status)[0].field, "idempotency-key");
}

TEST(GrpcLink, EachServerHasItsServices) {
  testing::GrpcEchoServer server;
  // Only the game's address answers, with kUnimplemented; the others refuse.
  auto transport = MakeGrpcTransport({.endpoints = {"127.0.0.1:1", server.address(), "127.0.0.1:1"}});
  const auto ask = [&](const std::string& method) {
    std::promise<Status> answer;
    const auto handle =
        transport->StartUnary({.method = method, .metadata = {}, .deadline = kNever}, "",
                              [&](const StatusOr<std::string>& reply) { answer.set_value(reply.status()); });
    return answer.get_future().get().code();
  };
  EXPECT_EQ(ask("/v1.api.auth.AuthService/Login"), StatusCode::kUnavailable);
  EXPECT_EQ(ask("/oofgg.v1.MatchmakingService/GetTicket"), StatusCode::kUnavailable);
  EXPECT_EQ(ask("/oofgg.v1.FleetService/ListGameServers"), StatusCode::kUnavailable);
  EXPECT_EQ(ask("/oofgg.v1.PresenceService/Connect"), StatusCode::kUnimplemented);
  EXPECT_EQ(ask("/v1.api.common.ScoreService/SubmitScore"), StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace oofgg
