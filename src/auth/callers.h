#pragma once

#include "oofgg/caller.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// kUnauthenticated without a caller.
[[nodiscard]] Status CheckSignedIn(const CallContext& context);

/// kPermissionDenied unless the caller is an admin.
[[nodiscard]] Status CheckAdmin(const CallContext& context);

/// kPermissionDenied unless the caller is a server or an admin.
[[nodiscard]] Status CheckService(const CallContext& context);

}  // namespace oofgg::auth
