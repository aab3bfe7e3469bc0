#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class PlayerFacade;
}

namespace oofgg::rpc {

/// `v1.api.common.PlayerService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakePlayerService(ServiceHost& host, game::PlayerFacade& facade);

}  // namespace oofgg::rpc
