#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::auth {
class AccountFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.AccountService`. Methods that hash or check passwords run on `hashing`, those that ask other
/// people's servers on `network`; both shed. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeAccountService(ServiceHost& host, const Lane& hashing, const Lane& network,
                                               auth::AccountFacade& facade);

}  // namespace oofgg::rpc
