#include "rpc/game_service.h"

#include "game/entity_facade.h"
#include "game/event_facade.h"
#include "game/game_facade.h"
#include "game/session_facade.h"
#include "rpc/game_service_impl.h"

namespace oofgg::rpc {

ServedService MakeGameService(ServiceHost& host, const Lane& queueing, game::GameFacade& games,
                              game::SessionFacade& sessions, game::EntityFacade& entities,
                              game::EventFacade& events) {
  return {::v1::api::common::GameService::service_full_name(),
          std::make_shared<
              GameServiceOf<game::GameFacade, game::SessionFacade, game::EntityFacade, game::EventFacade>>(
              host, queueing, games, sessions, entities, events)};
}

}  // namespace oofgg::rpc
