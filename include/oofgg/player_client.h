#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// Player profiles; a player's id is the user id. Errors, threads and lifetime as of Client.
class PlayerClient {
 public:
  using OnPlayer = std::function<void(StatusOr<Player>)>;

  explicit PlayerClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Makes the caller's profile; the first call that needs it does so too. Idempotent.
  StatusOr<Player> CreatePlayer(const Player& request, const CallOptions& options = {});
  [[nodiscard]] Call CreatePlayer(const Player& request, OnPlayer on_done, const CallOptions& options = {});

  StatusOr<Player> GetPlayer(const GetPlayerRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetPlayer(const GetPlayerRequest& request, OnPlayer on_done,
                               const CallOptions& options = {});

  StatusOr<Player> UpdatePlayer(const UpdatePlayerRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call UpdatePlayer(const UpdatePlayerRequest& request, OnPlayer on_done,
                                  const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
