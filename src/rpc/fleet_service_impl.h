#pragma once

#include "oofgg/v1/fleet.grpc.pb.h"
#include "rpc/unary.h"
#include "wire/proto_fleet.h"
#include "wire/proto_registration.h"

namespace oofgg::rpc {

/// rpc/fleet_service.h over any classes with the facades' methods, such as a test's.
template <class Facade, class Registration>
class FleetServiceOf final : public v1::FleetService::CallbackService {
 public:
  FleetServiceOf(ServiceHost& host, Facade& facade, Registration& registration)
      : host_(host), facade_(facade), registration_(registration) {}

  grpc::ServerUnaryReactor* ListGameServers(grpc::CallbackServerContext* call,
                                            const v1::ListGameServersRequest* request,
                                            v1::GameServers* response) final {
    return ServeUnary<wire::methods::ListGameServers>(host_, host_.lane(), call, request, response,
                                                      Calls(facade_, &Facade::ListGameServers));
  }

  grpc::ServerUnaryReactor* RegisterGameServer(grpc::CallbackServerContext* call,
                                               const v1::RegisterGameServerRequest* request,
                                               v1::GameServerLease* response) final {
    return ServeUnary<wire::methods::RegisterGameServer>(
        host_, host_.lane(), call, request, response,
        Calls(registration_, &Registration::RegisterGameServer));
  }

  grpc::ServerUnaryReactor* ReportGameServer(grpc::CallbackServerContext* call,
                                             const v1::ReportGameServerRequest* request,
                                             v1::GameServerLease* response) final {
    return ServeUnary<wire::methods::ReportGameServer>(host_, host_.lane(), call, request, response,
                                                       Calls(registration_, &Registration::ReportGameServer));
  }

  grpc::ServerUnaryReactor* DeregisterGameServer(grpc::CallbackServerContext* call,
                                                 const v1::DeregisterGameServerRequest* request,
                                                 v1::DeregisterGameServerResponse* response) final {
    return ServeUnary<wire::methods::DeregisterGameServer>(
        host_, host_.lane(), call, request, response,
        Calls(registration_, &Registration::DeregisterGameServer));
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
  Registration& registration_;
};

}  // namespace oofgg::rpc
