#include "oofgg/player_client.h"

#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

StatusOr<Player> PlayerClient::CreatePlayer(const Player& request, const CallOptions& options) {
  return Block<methods::CreatePlayer>(core_, request, options);
}

Call PlayerClient::CreatePlayer(const Player& request, OnPlayer on_done, const CallOptions& options) {
  return CallBack<methods::CreatePlayer>(core_, request, std::move(on_done), options);
}

StatusOr<Player> PlayerClient::GetPlayer(const GetPlayerRequest& request, const CallOptions& options) {
  return Block<methods::GetPlayer>(core_, request, options);
}

Call PlayerClient::GetPlayer(const GetPlayerRequest& request, OnPlayer on_done, const CallOptions& options) {
  return CallBack<methods::GetPlayer>(core_, request, std::move(on_done), options);
}

StatusOr<Player> PlayerClient::UpdatePlayer(const UpdatePlayerRequest& request, const CallOptions& options) {
  return Block<methods::UpdatePlayer>(core_, request, options);
}

Call PlayerClient::UpdatePlayer(const UpdatePlayerRequest& request, OnPlayer on_done,
                                const CallOptions& options) {
  return CallBack<methods::UpdatePlayer>(core_, request, std::move(on_done), options);
}

}  // namespace oofgg
