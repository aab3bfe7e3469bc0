#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class EventFacade;
}

namespace oofgg::rpc {

/// `v1.api.common.InstanceService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeInstanceService(ServiceHost& host, game::EventFacade& facade);

}  // namespace oofgg::rpc
