#include "rpc/account_service.h"

#include "auth/account_facade.h"
#include "rpc/account_service_impl.h"

namespace oofgg::rpc {

ServedService MakeAccountService(ServiceHost& host, const Lane& hashing, const Lane& network,
                                 auth::AccountFacade& facade) {
  return {v1::AccountService::service_full_name(),
          std::make_shared<AccountServiceOf<auth::AccountFacade>>(host, hashing, network, facade)};
}

}  // namespace oofgg::rpc
