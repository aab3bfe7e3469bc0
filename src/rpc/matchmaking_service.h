#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::matchmaking {
class MatchmakingFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.MatchmakingService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeMatchmakingService(ServiceHost& host, matchmaking::MatchmakingFacade& facade);

}  // namespace oofgg::rpc
