#include "rpc/auth_service.h"

#include "auth/auth_facade.h"
#include "rpc/auth_service_impl.h"

namespace oofgg::rpc {

ServedService MakeAuthService(ServiceHost& host, const Lane& hashing, const Lane& network,
                              auth::AuthFacade& facade) {
  return {::v1::api::auth::AuthService::service_full_name(),
          std::make_shared<AuthServiceOf<auth::AuthFacade>>(host, hashing, network, facade)};
}

}  // namespace oofgg::rpc
