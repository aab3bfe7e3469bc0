#include "rpc/player_service.h"

#include "game/player_facade.h"
#include "rpc/player_service_impl.h"

namespace oofgg::rpc {

ServedService MakePlayerService(ServiceHost& host, game::PlayerFacade& facade) {
  return {::v1::api::common::PlayerService::service_full_name(),
          std::make_shared<PlayerServiceOf<game::PlayerFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
