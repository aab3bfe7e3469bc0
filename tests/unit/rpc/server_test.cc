#include "rpc/server.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>

#include <chrono>
#include <future>
#include <string>

#include "oofgg/v1/presence.grpc.pb.h"
#include "tests/unit/rpc/raw_call.h"
#include "tests/unit/rpc/rpc_fixture.h"
#include "v1/api/auth/auth_service.grpc.pb.h"

namespace oofgg::rpc {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kHealth = "/grpc.health.v1.Health/Check";
const std::string kServing = "\x08\x01";     // HealthCheckResponse{status: SERVING}
const std::string kNotServing = "\x08\x02";  // HealthCheckResponse{status: NOT_SERVING}

class ServerTest : public RpcTest {
 protected:
  StatusOr<std::unique_ptr<RpcServer>> Start(const RpcServerOptions& options) {
    return RpcServer::Start(options, host_, {});
  }

  Status Login(const std::string& name) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + seconds(60));
    ::v1::api::auth::LoginRequest request;
    request.set_username(name);
    ::v1::api::auth::LoginResponse response;
    return FromGrpc(::v1::api::auth::AuthService::NewStub(channel_)->Login(&context, request, &response));
  }
};

TEST_F(ServerTest, TellsThePortsItChose) {
  const auto server = Start({.listen = {"127.0.0.1:0", "localhost:0"}});
  ASSERT_TRUE(server.ok()) << server.status();
  ASSERT_EQ((*server)->addresses().size(), 2u);
  EXPECT_NE((*server)->addresses()[0].port, 0);
  EXPECT_NE((*server)->addresses()[1].port, 0);
  EXPECT_NE((*server)->addresses()[0].port, (*server)->addresses()[1].port);
}

TEST_F(ServerTest, PlaintextStaysOnLoopback) {
  for (const char* address : {"0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.com:0", "128.0.0.1:0",
                              "localhost.example.com:0"}) {
    const auto server = Start({.listen = {address}});
    EXPECT_EQ(server.status().code(), StatusCode::kFailedPrecondition) << address;
    EXPECT_NE(server.status().message().find("--insecure"), absl::string_view::npos) << server.status();
  }
  for (const char* address : {"127.0.0.1:0", "127.8.9.10:0", "localhost:0"}) {
    EXPECT_TRUE(Start({.listen = {address}}).ok()) << address;
  }
  EXPECT_TRUE(Start({.listen = {"0.0.0.0:0"}, .insecure = true}).ok());
}

TEST_F(ServerTest, OneLoopbackAddressDoesNotExcuseAnother) {
  EXPECT_EQ(Start({.listen = {"127.0.0.1:0", "0.0.0.0:0"}}).status().code(), StatusCode::kFailedPrecondition);
}

TEST_F(ServerTest, RefusesOptionsThatMakeNoSense) {
  struct Case {
    RpcServerOptions options;
    StatusCode code;
  };
  for (const Case& c : {
           Case{{}, StatusCode::kInvalidArgument},
           Case{{.listen = {""}}, StatusCode::kInvalidArgument},
           Case{{.listen = {"127.0.0.1"}}, StatusCode::kInvalidArgument},
           Case{{.listen = {"127.0.0.1:99999"}}, StatusCode::kInvalidArgument},
       }) {
    const auto server = Start(c.options);
    EXPECT_EQ(server.status().code(), c.code) << server.status();
    EXPECT_FALSE(server.status().message().empty());
  }
}

TEST_F(ServerTest, PortInUseIsSaidPlainly) {
  Serve();
  const auto second = Start({.listen = {"127.0.0.1:0", address()}});
  EXPECT_EQ(second.status().code(), StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            absl::string_view("cannot listen on " + address() + ": the port is in use or not allowed"));
}

TEST_F(ServerTest, ReflectionListsTheServices) {
  Serve();
  const std::string list_services = "\x3a\x01*";
  const auto reply =
      RawCall(channel_, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", list_services);
  for (const char* name : {"v1.api.auth.AuthService", "v1.api.common.PlayerService",
                           "oofgg.v1.PresenceService", "grpc.health.v1.Health"}) {
    EXPECT_NE(reply.bytes.find(name), std::string::npos) << name;
  }
}

TEST_F(ServerTest, HealthTellsOfServerAndServices) {
  Serve();
  EXPECT_EQ(RawCall(channel_, kHealth, "").bytes, kServing);
  const std::string service = "v1.api.auth.AuthService";
  const std::string request = "\x0a" + std::string(1, static_cast<char>(service.size())) + service;
  EXPECT_EQ(RawCall(channel_, kHealth, request).bytes, kServing);
  EXPECT_EQ(RawCall(channel_, kHealth, "\x0a\x01?").status.error_code(), grpc::StatusCode::NOT_FOUND);
  server_->SetServing(false);
  EXPECT_EQ(RawCall(channel_, kHealth, request).bytes, kNotServing);
  EXPECT_EQ(RawCall(channel_, kHealth, "").bytes, kNotServing);
  server_->SetServing(true);
  EXPECT_EQ(RawCall(channel_, kHealth, "").bytes, kServing);
}

TEST_F(ServerTest, RequestsThatAreTooLongAreRefused) {
  options_.max_request_bytes = 1'000;
  Serve();
  EXPECT_TRUE(Login(std::string(900, 'n')).ok());
  EXPECT_EQ(Login(std::string(1'000, 'n')).code(), StatusCode::kResourceExhausted);
}

TEST_F(ServerTest, DrainFinishesCallsAndSendsStreamsElsewhere) {
  auth_.on_login = [&](const CallContext&, const LoginRequest&) -> StatusOr<AuthTokens> {
    entered_.Open();
    gate_.Wait();
    return AuthTokens{};
  };
  Serve();
  grpc::ClientContext context;
  Prepare(context);
  const auto stream = v1::PresenceService::NewStub(channel_)->Connect(&context);
  presence_.WaitForStream();
  auto login = std::async(std::launch::async, [&] { return Login("ada"); });
  entered_.Wait();

  auto drain = std::async(std::launch::async, [&] { server_->Drain(seconds(60)); });
  v1::PresenceUpdate update;
  EXPECT_FALSE(stream->Read(&update));
  const Status end = FromGrpc(stream->Finish());
  EXPECT_EQ(end.code(), StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(end), "SERVER_DRAINING");
  gate_.Open();
  EXPECT_TRUE(login.get().ok());
  drain.get();
  EXPECT_EQ(Login("late").code(), StatusCode::kUnavailable);
}

TEST_F(ServerTest, DrainHasNotAllThePatienceInTheWorld) {
  auth_.on_login = [&](const CallContext&, const LoginRequest&) -> StatusOr<AuthTokens> {
    entered_.Open();
    gate_.Wait();
    return AuthTokens{};
  };
  Serve();
  auto login = std::async(std::launch::async, [&] { return Login("ada"); });
  entered_.Wait();
  auto drain = std::async(std::launch::async, [&] { server_->Drain(milliseconds(0)); });
  EXPECT_FALSE(login.get().ok()) << "cancelled, though its facade still works";
  gate_.Open();
  drain.get();
  server_->Drain(seconds(60));  // Again, nothing.
}

}  // namespace
}  // namespace oofgg::rpc
