#pragma once

#include <memory>

#include "auth/callers.h"
#include "auth/revocation_hub.h"
#include "oofgg/caller.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"
#include "oofgg/stream.h"

namespace oofgg::auth {

/// `oofgg.v1.RevocationService`: tells servers which sessions ended. Threads: safe. `hub` outlives it.
class RevocationFacade {
 public:
  explicit RevocationFacade(RevocationHub& hub) : hub_(hub) {}

  /// kUnauthenticated, kPermissionDenied: the caller is neither a service nor an admin.
  [[nodiscard]] StatusOr<StreamHandlerPtr<WatchRevocationsRequest, Revocations>> OpenWatch(
      const CallContext& context, const WatchRevocationsRequest& request,
      std::shared_ptr<StreamHost> stream) {
    OOFGG_RETURN_IF_ERROR(CheckService(context));
    return hub_.Watch(request.cursor, std::move(stream));
  }

 private:
  RevocationHub& hub_;
};

}  // namespace oofgg::auth
