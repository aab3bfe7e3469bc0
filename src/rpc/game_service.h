#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::game {
class EntityFacade;
class EventFacade;
class GameFacade;
class SessionFacade;
}  // namespace oofgg::game

namespace oofgg::rpc {

/// `v1.api.common.GameService`. JoinLeave, which may wait for another server, runs on `queueing`, so that
/// what it waits for holds up nothing else. Lifetime: the facades outlive the server.
[[nodiscard]] ServedService MakeGameService(ServiceHost& host, const Lane& queueing, game::GameFacade& games,
                                            game::SessionFacade& sessions, game::EntityFacade& entities,
                                            game::EventFacade& events);

}  // namespace oofgg::rpc
