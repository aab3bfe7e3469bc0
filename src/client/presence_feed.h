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
               PresenceClient::OnUpdate on_update, PresenceWatchOptions options);

  void SetFriends(std::vector<std::string> friends);
  void SetStatus(PresenceStatus status);
  void SignOff();

 private:
  struct Friend {
    std::optional<PresenceUpdate> reported;
    std::optional<PresenceUpdate> newest;  // Not yet reported.
    bool heard = false;                    // On this link.
  };

  std::vector<std::string> OnOpen() override;
  void OnAccepted() override;
  StatusOr<Next> OnMessage(const std::string& bytes) override;
  // Also if it broke: the server takes us offline by itself, and a new link would bring us back first.
  bool OnLinkEnded() override;
  void OnTrouble(const Status& why) override;
  void OnError(const Status& error) override;
  void DropCallback() override;
  void Watch(std::vector<std::string> friends);
  void Report(const std::string& user_id);
  void TellWhetherStaleLocked();

  // Used by callbacks only, which are one at a time.
  PresenceClient::OnUpdate on_update_;
  std::function<void(bool stale)> on_stale_;
  std::function<void(const Status& why)> on_trouble_;

  const bool tells_staleness_;
  const bool tells_trouble_;
  std::vector<std::string> friends_;
  std::optional<PresenceStatus> status_;
  absl::flat_hash_map<std::string, Friend> states_;  // Of friends_ and no others.
  std::size_t unheard_ = 0;                          // Of them, on this link.
  bool accepted_ = false;                            // This link, by the server.
  bool stale_ = true;
  bool signing_off_ = false;
};

}  // namespace oofgg::internal
