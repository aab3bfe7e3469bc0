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

  grpc::ServerUnaryReactor* ListFleets(grpc::CallbackServerContext* call,
                                       const v1::ListFleetsRequest* request, v1::Fleets* response) final {
    return ServeUnary<wire::methods::ListFleets>(host_, host_.lane(), call, request, response,
                                                 Calls(facade_, &Facade::ListFleets));
  }

  grpc::ServerUnaryReactor* ScaleFleet(grpc::CallbackServerContext* call,
                                       const v1::ScaleFleetRequest* request, v1::FleetInfo* response) final {
    return ServeUnary<wire::methods::ScaleFleet>(host_, host_.lane(), call, request, response,
                                                 Calls(facade_, &Facade::ScaleFleet));
  }

  grpc::ServerUnaryReactor* DrainServers(grpc::CallbackServerContext* call,
                                         const v1::DrainServersRequest* request,
                                         v1::DrainedServers* response) final {
    return ServeUnary<wire::methods::DrainServers>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::DrainServers));
  }

  grpc::ServerUnaryReactor* UpdateFleet(grpc::CallbackServerContext* call,
                                        const v1::UpdateFleetRequest* request,
                                        v1::FleetInfo* response) final {
    return ServeUnary<wire::methods::UpdateFleet>(host_, host_.lane(), call, request, response,
                                                  Calls(facade_, &Facade::UpdateFleet));
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
  Registration& registration_;
};

}  // namespace oofgg::rpc
