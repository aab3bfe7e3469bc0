// What rpc/unary.h costs over gRPC alone: an empty method served by a bare generated handler and by the
// adaptor (metadata, deadline, translation both ways, a hop to the thread pool), by one caller and by several
// at once.
#include <benchmark/benchmark.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>
#include <string>

#include "oofgg/auth/authorizer.h"
#include "oofgg/thread_pool.h"
#include "rpc/player_service_impl.h"
#include "rpc/server.h"

namespace {

namespace pb = ::v1::api::player;
using oofgg::CallContext;
using oofgg::Player;
using oofgg::StatusOr;
using ::v1::api::common::PlayerService;

class BareService final : public PlayerService::CallbackService {
  grpc::ServerUnaryReactor* GetPlayer(grpc::CallbackServerContext* call, const pb::PlayerGet*,
                                      pb::StandardResponse*) override {
    auto* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

struct EmptyFacade {
  StatusOr<Player> CreatePlayer(const CallContext&, const Player&) { return Player{}; }
  StatusOr<Player> GetPlayer(const CallContext&, const oofgg::GetPlayerRequest&) { return Player{}; }
  std::optional<StatusOr<Player>> GetPlayerAtHand(const CallContext&, const oofgg::GetPlayerRequest&) {
    return std::nullopt;
  }
  StatusOr<Player> UpdatePlayer(const CallContext&, const oofgg::UpdatePlayerRequest&) { return Player{}; }
};

/// Lets everybody in, since verifying a signature has its own benchmark.
class OpenDoor final : public oofgg::auth::Authorizer {
  StatusOr<oofgg::Caller> Authenticate(std::string_view) override { return oofgg::Caller{}; }
};

/// A server with one service, and a stub for it.
struct Setup {
  explicit Setup(bool bare) {
    std::shared_ptr<grpc::Service> service;
    if (bare) {
      service = std::make_shared<BareService>();
    } else {
      service = std::make_shared<oofgg::rpc::PlayerServiceOf<EmptyFacade>>(host, facade);
    }
    auto started = oofgg::rpc::RpcServer::Start({.listen = {"127.0.0.1:0"}}, host,
                                                {{PlayerService::service_full_name(), service}});
    server = *std::move(started);
    const std::string address = oofgg::FormatHostPort(server->addresses().at(0));
    stub = PlayerService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
  }

  OpenDoor door;
  EmptyFacade facade;
  oofgg::ThreadPool pool{2};
  oofgg::rpc::ServiceHost host{&door, pool, oofgg::Clock::System()};
  std::unique_ptr<oofgg::rpc::RpcServer> server;
  std::unique_ptr<PlayerService::Stub> stub;
};

void CallEmptyMethod(benchmark::State& state, bool bare) {
  static std::unique_ptr<Setup> setup;
  if (state.thread_index() == 0) setup = std::make_unique<Setup>(bare);
  for (auto _ : state) {
    grpc::ClientContext context;
    context.AddMetadata("authorization", "Bearer t");
    pb::StandardResponse response;
    const grpc::Status status = setup->stub->GetPlayer(&context, pb::PlayerGet(), &response);
    if (!status.ok()) state.SkipWithError(status.error_message().c_str());
  }
  state.SetItemsProcessed(state.iterations());
  if (state.thread_index() == 0) setup.reset();
}

BENCHMARK_CAPTURE(CallEmptyMethod, bare, true)->Threads(1)->Threads(8)->UseRealTime();
BENCHMARK_CAPTURE(CallEmptyMethod, adaptor, false)->Threads(1)->Threads(8)->UseRealTime();

}  // namespace
