#pragma once

#include "oofgg/status.h"

namespace oofgg {

/// What whoever is connected hears when the session (`sid`) of its token is revoked: kUnauthenticated with
/// reason SESSION_REVOKED. A fresh token of the same session does not help; a new login does.
[[nodiscard]] inline Status SessionRevoked() {
  return WithReason(MakeStatus(StatusCode::kUnauthenticated, "this session has been ended; log in again"),
                    "SESSION_REVOKED");
}

}  // namespace oofgg
