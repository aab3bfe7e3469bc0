#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::auth {
class RevocationFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.RevocationService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeRevocationService(ServiceHost& host, auth::RevocationFacade& facade);

}  // namespace oofgg::rpc
