#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class GlobalFacade;
}

namespace oofgg::rpc {

/// `v1.api.common.GlobalService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeGlobalService(ServiceHost& host, game::GlobalFacade& facade);

}  // namespace oofgg::rpc
