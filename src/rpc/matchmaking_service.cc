#include "rpc/matchmaking_service.h"

#include "matchmaking/ticket_facade.h"
#include "rpc/matchmaking_service_impl.h"

namespace oofgg::rpc {

ServedService MakeMatchmakingService(ServiceHost& host, matchmaking::MatchmakingFacade& facade) {
  return {v1::MatchmakingService::service_full_name(),
          std::make_shared<MatchmakingServiceOf<matchmaking::MatchmakingFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
