#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::auth {
class AuthFacade;
}

namespace oofgg::rpc {

/// `v1.api.auth.AuthService`. Methods that hash passwords run on `hashing`, TwitchLogin, which waits for
/// another company's server, on `network`: both shed, and neither holds up the other or anything else.
/// Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeAuthService(ServiceHost& host, const Lane& hashing, const Lane& network,
                                            auth::AuthFacade& facade);

}  // namespace oofgg::rpc
