#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::presence {
class PresenceFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.PresenceService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakePresenceService(ServiceHost& host, presence::PresenceFacade& facade);

}  // namespace oofgg::rpc
