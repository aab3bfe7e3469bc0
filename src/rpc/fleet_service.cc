#include "rpc/fleet_service.h"

#include "orchestration/fleet_facade.h"
#include "rpc/fleet_service_impl.h"

namespace oofgg::rpc {

ServedService MakeFleetService(ServiceHost& host, orchestration::FleetFacade& facade) {
  return {v1::FleetService::service_full_name(),
          std::make_shared<FleetServiceOf<orchestration::FleetFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
