#include "rpc/revocation_service.h"

#include "auth/revocation_facade.h"
#include "rpc/revocation_service_impl.h"

namespace oofgg::rpc {

ServedService MakeRevocationService(ServiceHost& host, auth::RevocationFacade& facade) {
  return {v1::RevocationService::service_full_name(),
          std::make_shared<RevocationServiceOf<auth::RevocationFacade>>(host, facade)};
}

}  // namespace oofgg::rpc
