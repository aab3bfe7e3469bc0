#include "rpc/match_history_service.h"

#include "game/match_facade.h"
#include "rpc/match_history_service_impl.h"

namespace oofgg::rpc {

ServedService MakeMatchHistoryService(ServiceHost& host, game::MatchFacade& facade) {
  return {v1::MatchHistoryService::service_full_name(),
          std::make_shared<MatchHistoryServiceOf<game::MatchFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
