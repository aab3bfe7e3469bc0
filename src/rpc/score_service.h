#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class ScoreFacade;
}

namespace oofgg::rpc {

/// `v1.api.common.ScoreService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeScoreService(ServiceHost& host, game::ScoreFacade& facade);

}  // namespace oofgg::rpc
