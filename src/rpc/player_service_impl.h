#pragma once

#include "rpc/unary.h"
#include "v1/api/common/player_service.grpc.pb.h"
#include "wire/proto_player.h"

namespace oofgg::rpc {

/// rpc/player_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class PlayerServiceOf final : public ::v1::api::common::PlayerService::CallbackService {
 public:
  PlayerServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerUnaryReactor* CreatePlayer(grpc::CallbackServerContext* call,
                                         const ::v1::api::player::Player* request,
                                         ::v1::api::player::StandardResponse* response) final {
    return ServeUnary<wire::methods::CreatePlayer>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::CreatePlayer));
  }

  grpc::ServerUnaryReactor* GetPlayer(grpc::CallbackServerContext* call,
                                      const ::v1::api::player::PlayerGet* request,
                                      ::v1::api::player::StandardResponse* response) final {
    return ServeUnary<wire::methods::GetPlayer>(host_, host_.lane(), call, request, response,
                                                Calls(facade_, &Facade::GetPlayer, &Facade::GetPlayerAtHand));
  }

  grpc::ServerUnaryReactor* UpdatePlayer(grpc::CallbackServerContext* call,
                                         const ::v1::api::player::PlayerUpdate* request,
                                         ::v1::api::player::StandardResponse* response) final {
    return ServeUnary<wire::methods::UpdatePlayer>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::UpdatePlayer));
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
