#include "rpc/global_service.h"

#include "game/global_facade.h"
#include "rpc/global_service_impl.h"

namespace oofgg::rpc {

ServedService MakeGlobalService(ServiceHost& host, game::GlobalFacade& facade) {
  return {::v1::api::common::GlobalService::service_full_name(),
          std::make_shared<GlobalServiceOf<game::GlobalFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
