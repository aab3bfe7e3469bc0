#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::orchestration {
class FleetFacade;
class RegistrationFacade;
}  // namespace oofgg::orchestration

namespace oofgg::rpc {

/// `oofgg.v1.FleetService`. Lifetime: both facades outlive the server.
[[nodiscard]] ServedService MakeFleetService(ServiceHost& host, orchestration::FleetFacade& facade,
                                             orchestration::RegistrationFacade& registration);

}  // namespace oofgg::rpc
