#pragma once

#include "oofgg/v1/fleet.grpc.pb.h"
#include "rpc/unary.h"
#include "wire/proto_fleet.h"

namespace oofgg::rpc {

/// rpc/fleet_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class FleetServiceOf final : public v1::FleetService::CallbackService {
 public:
  FleetServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerUnaryReactor* ListGameServers(grpc::CallbackServerContext* call,
                                            const v1::ListGameServersRequest* request,
                                            v1::GameServers* response) final {
    return ServeUnary<wire::methods::ListGameServers>(host_, host_.lane(), call, request, response,
                                                      Calls(facade_, &Facade::ListGameServers));
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
};

}  // namespace oofgg::rpc
