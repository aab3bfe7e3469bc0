#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "oofgg/call.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// Which sessions ended before their tokens did: what a server that verifies tokens by itself must know to
/// turn away who was banned or has signed out. Errors, threads and lifetime as of Client.
class RevocationClient {
 public:
  using OnRevocations = std::function<void(StatusOr<Revocations>)>;

  explicit RevocationClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Reports what was revoked after `cursor` (empty: all that still matters), and then each revocation as it
  /// happens, over reconnects, which go on where the last message ended. Messages without revocations are
  /// reported too: every few seconds one says that the list is up to date. Those that arrive between two
  /// ticks come as one. `reset` in one means that some may have been missed: end the streams that are open.
  /// An error ends it: kPermissionDenied (needs the role `service` or `admin`), kUnauthenticated.
  [[nodiscard]] Call Watch(OnRevocations on_revocations, std::string cursor = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
