#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class MatchFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.MatchHistoryService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeMatchHistoryService(ServiceHost& host, game::MatchFacade& facade);

}  // namespace oofgg::rpc
