#include "tests/unit/rpc/rpc_fixture.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>

#include "rpc/auth_service_impl.h"
#include "rpc/player_service_impl.h"
#include "rpc/presence_service_impl.h"
#include "wire/status_details.h"

namespace oofgg::rpc {

StatusOr<Caller> FakeAuthorizer::Authenticate(std::string_view bearer) {
  constexpr std::string_view kGood = "good-";
  if (bearer.substr(0, kGood.size()) != kGood) {
    return WithReason(MakeStatus(StatusCode::kUnauthenticated, "bad token"), "TOKEN_INVALID");
  }
  bearer.remove_prefix(kGood.size());
  const std::size_t slash = bearer.find('/');
  const std::string session(slash == std::string_view::npos ? "s" : bearer.substr(slash + 1));
  return Caller{.user_id = std::string(bearer.substr(0, slash)), .role = "user", .session_id = session};
}

Status FromGrpc(const grpc::Status& status) {
  return wire::DecodeStatus(status.error_code(), status.error_message(), status.error_details());
}

RpcTest::~RpcTest() {
  channel_.reset();
  server_.reset();  // Before the fakes that it calls.
}

void RpcTest::Serve() {
  std::vector<ServedService> services = {
      {::v1::api::auth::AuthService::service_full_name(),
       std::make_shared<AuthServiceOf<FakeAuth>>(host_, hashing_, network_, auth_)},
      {::v1::api::common::PlayerService::service_full_name(),
       std::make_shared<PlayerServiceOf<FakePlayers>>(host_, players_)},
      {v1::PresenceService::service_full_name(),
       std::make_shared<PresenceServiceOf<FakePresence>>(host_, presence_)},
  };
  services.insert(services.end(), more_services_.begin(), more_services_.end());
  options_.listen = {"127.0.0.1:0"};
  auto server = RpcServer::Start(options_, host_, std::move(services));
  ASSERT_TRUE(server.ok()) << server.status();
  server_ = *std::move(server);
  channel_ = grpc::CreateChannel(address(), grpc::InsecureChannelCredentials());
}

std::string RpcTest::address() const { return FormatHostPort(server_->addresses().at(0)); }

void RpcTest::Prepare(grpc::ClientContext& context, const std::string& token) {
  context.AddMetadata("authorization", "Bearer " + token);
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(60));
}

}  // namespace oofgg::rpc
