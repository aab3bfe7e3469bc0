#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::auth {
class AuthFacade;
}

namespace oofgg::rpc {

/// `v1.api.auth.AuthService`. Methods that hash passwords run on `hashing`, which sheds; TwitchLogin is not
/// served. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeAuthService(ServiceHost& host, const Lane& hashing, auth::AuthFacade& facade);

}  // namespace oofgg::rpc
