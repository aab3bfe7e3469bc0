#include "rpc/game_service.h"

#include "game/event_facade.h"
#include "game/game_facade.h"
#include "game/session_facade.h"
#include "rpc/game_service_impl.h"

namespace oofgg::rpc {

ServedService MakeGameService(ServiceHost& host, const Lane& queueing, game::GameFacade& games,
                              game::SessionFacade& sessions, game::EventFacade& events) {
  return {::v1::api::common::GameService::service_full_name(),
          std::make_shared<GameServiceOf<game::GameFacade, game::SessionFacade, game::EventFacade>>(
              host, queueing, games, sessions, events)};
}

}  // namespace oofgg::rpc
