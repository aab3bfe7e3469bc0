#pragma once

#include <memory>

#include "client/core.h"
#include "client/session.h"
#include "oofgg/model/auth.h"
#include "oofgg/status.h"

namespace oofgg::internal {

/// What a way in does with its answer before the user sees it: the client's session is what it gave.
inline void OpenSession(ClientCore& core, StatusOr<AuthTokens>& outcome) {
  if (outcome.ok()) core.session().Open(*outcome);
}

}  // namespace oofgg::internal
