#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class EventFacade;
class GameFacade;
class SessionFacade;
}  // namespace oofgg::game

namespace oofgg::rpc {

/// `v1.api.common.GameService`. Not served: UpdateSession, DeleteSession, UpdateGame, TrendingGame and those
/// of entities. Lifetime: the facades outlive the server.
[[nodiscard]] ServedService MakeGameService(ServiceHost& host, game::GameFacade& games,
                                            game::SessionFacade& sessions, game::EventFacade& events);

}  // namespace oofgg::rpc
