#include "rpc/instance_service.h"

#include "game/event_facade.h"
#include "rpc/instance_service_impl.h"

namespace oofgg::rpc {

ServedService MakeInstanceService(ServiceHost& host, game::EventFacade& facade) {
  return {::v1::api::common::InstanceService::service_full_name(),
          std::make_shared<InstanceServiceOf<game::EventFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
