#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/fleet.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// The maker's game servers, for operators. Errors, threads and lifetime as of Client.
class FleetClient {
 public:
  explicit FleetClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// kPermissionDenied: needs the role `admin` or `service`.
  StatusOr<GameServers> ListGameServers(const ListGameServersRequest& request,
                                        const CallOptions& options = {});
  [[nodiscard]] Call ListGameServers(const ListGameServersRequest& request,
                                     std::function<void(StatusOr<GameServers>)> on_done,
                                     const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
