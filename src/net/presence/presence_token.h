#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "oofgg/caller.h"
#include "oofgg/status.h"

namespace oofgg::presence {
struct ClientObject;
}

namespace oofgg::net {

/// Who a token speaks for, or why it does not. Called on threads of the io_context; must not block.
using PresenceAuthenticator = std::function<StatusOr<Caller>(std::string_view token)>;

/// Who the token in `object`, which has a user id, speaks for; nobody if none was sent and none is required.
/// kUnauthenticated: it is missing, or what `authenticate` said. kPermissionDenied: it speaks for somebody
/// else. kInvalidArgument: it cannot be checked, as `authenticate` is empty.
[[nodiscard]] StatusOr<std::optional<Caller>> CheckToken(const PresenceAuthenticator& authenticate,
                                                         bool required, const presence::ClientObject& object);

}  // namespace oofgg::net
