#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::orchestration {
class FleetFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.FleetService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeFleetService(ServiceHost& host, orchestration::FleetFacade& facade);

}  // namespace oofgg::rpc
