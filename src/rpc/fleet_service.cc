#include "rpc/fleet_service.h"

#include "orchestration/fleet_facade.h"
#include "orchestration/registration_facade.h"
#include "rpc/fleet_service_impl.h"

namespace oofgg::rpc {

ServedService MakeFleetService(ServiceHost& host, orchestration::FleetFacade& facade,
                               orchestration::RegistrationFacade& registration) {
  using Service = FleetServiceOf<orchestration::FleetFacade, orchestration::RegistrationFacade>;
  return {v1::FleetService::service_full_name(), std::make_shared<Service>(host, facade, registration)};
}

}  // namespace oofgg::rpc
