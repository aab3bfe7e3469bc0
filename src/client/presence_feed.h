#pragma once

#include <absl/container/flat_hash_map.h>

#include <optional>
#include <string>
#include <vector>

#include "client/subscription.h"
#include "oofgg/presence_client.h"

namespace oofgg::internal {

/// The presence stream over all its links: what the user last heard of each friend, and what is newer.
class PresenceFeed final : public Subscription {
 public:
  PresenceFeed(const std::shared_ptr<ClientCore>& core, std::vector<std::string> friends,
               PresenceClient::OnUpdate on_update);

  void SetFriends(std::vector<std::string> friends);
  void SignOff();

 private:
  struct Friend {
    std::optional<PresenceState> reported;
    std::optional<PresenceUpdate> newest;  // Not yet reported.
  };

  std::vector<std::string> OnOpen() override;
  StatusOr<Next> OnMessage(const std::string& bytes) override;
  // Also if it broke: the server takes us offline by itself, and a new link would bring us back first.
  bool OnLinkEnded() override { return signing_off_; }
  void OnError(const Status& error) override;
  void DropCallback() override { on_update_ = nullptr; }
  void Watch(std::vector<std::string> friends);
  void Report(const std::string& user_id);

  PresenceClient::OnUpdate on_update_;  // Used by callbacks only, which are one at a time.
  std::vector<std::string> friends_;
  absl::flat_hash_map<std::string, Friend> states_;  // Of friends_ and no others.
  bool signing_off_ = false;
};

}  // namespace oofgg::internal
