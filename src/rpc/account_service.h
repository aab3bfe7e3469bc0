#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::auth {
class AccountFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.AccountService`. Methods that hash or check passwords run on `hashing`, which sheds. Lifetime:
/// `facade` outlives the server.
[[nodiscard]] ServedService MakeAccountService(ServiceHost& host, const Lane& hashing,
                                               auth::AccountFacade& facade);

}  // namespace oofgg::rpc
