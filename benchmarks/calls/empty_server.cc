#include "benchmarks/calls/empty_server.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "v1/api/common/game_service.grpc.pb.h"

namespace oofgg {
namespace {

namespace game_pb = ::v1::api::game;

class EmptyService final : public ::v1::api::common::GameService::CallbackService {
  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* call, const game_pb::SessionGet* request,
                                       game_pb::StandardResponse* response) override {
    if (request->id() == kSessionShaped) {
      game_pb::Session& session = *response->mutable_session();
      session.set_id("0190b3a2-7c1e-7d52-9b1f-0d6a4c1b2e3f");
      session.set_game_id("arena");
      session.set_host_id("0190b3a2-7c1e-7d52-9b1f-0d6a4c1b2e40");
      session.set_version(1);
      session.add_user_ids("0190b3a2-7c1e-7d52-9b1f-0d6a4c1b2e40");
    }
    auto* reactor = call->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

}  // namespace

void ServeEmpty() {
  EmptyService service;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) std::_Exit(1);
  std::printf("ready grpc=127.0.0.1:%d\n", port);
  std::fflush(stdout);
  for (;;) pause();
}

}  // namespace oofgg
