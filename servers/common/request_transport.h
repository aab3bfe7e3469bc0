#pragma once

#include <memory>

#include "oofgg/transport.h"

namespace oofgg::servers {

/// `to`, for the request that this thread works on now (base/request_scope.h): each call and each stream that
/// goes this way, when they are repeated too, has its id as `x-request-id`, under which the other server logs
/// it. Just `to` where this thread works on none. Threads: as Transport.
[[nodiscard]] std::shared_ptr<Transport> ForCurrentRequest(std::shared_ptr<Transport> to);

}  // namespace oofgg::servers
