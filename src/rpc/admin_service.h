#pragma once

#include "rpc/server.h"
#include "rpc/service_host.h"

namespace oofgg::auth {
class AdminFacade;
}

namespace oofgg::rpc {

/// `oofgg.v1.AdminService`. Lifetime: `facade` outlives the server.
[[nodiscard]] ServedService MakeAdminService(ServiceHost& host, auth::AdminFacade& facade);

}  // namespace oofgg::rpc
