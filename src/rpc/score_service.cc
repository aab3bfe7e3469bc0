#include "rpc/score_service.h"

#include "game/score_facade.h"
#include "rpc/score_service_impl.h"

namespace oofgg::rpc {

ServedService MakeScoreService(ServiceHost& host, game::ScoreFacade& facade) {
  return {::v1::api::common::ScoreService::service_full_name(),
          std::make_shared<ScoreServiceOf<game::ScoreFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
