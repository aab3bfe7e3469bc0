#pragma once

#include "oofgg/status.h"

namespace oofgg::net {

/// What those hear whom the server sends away for a moment: kUnavailable, hence to come back.
[[nodiscard]] inline Status Restarting() {
  return MakeStatus(StatusCode::kUnavailable, "the server is restarting; reconnect");
}
[[nodiscard]] inline Status ToBeRecognised() {
  return MakeStatus(StatusCode::kUnavailable, "connect again, to be recognised anew");
}

}  // namespace oofgg::net
