#include "rpc/presence_service.h"

#include "presence/presence_facade.h"
#include "rpc/presence_service_impl.h"

namespace oofgg::rpc {

ServedService MakePresenceService(ServiceHost& host, presence::PresenceFacade& facade) {
  return {v1::PresenceService::service_full_name(),
          std::make_shared<PresenceServiceOf<presence::PresenceFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
