#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client/subscription.h"
#include "oofgg/revocation_client.h"

namespace oofgg::internal {

/// The revocations of all servers over all links: a new one goes on at the cursor of the last message.
class RevocationFeed final : public Subscription {
 public:
  using OnRevocations = RevocationClient::OnRevocations;

  RevocationFeed(const std::shared_ptr<ClientCore>& core, std::string cursor, OnRevocations on_revocations);

 private:
  std::vector<std::string> OnOpen() override;
  StatusOr<Next> OnMessage(const std::string& bytes) override;
  bool OnLinkEnded() override;
  void OnError(const Status& error) override;
  void DropCallback() override { on_revocations_ = nullptr; }
  void ExpectMessageLocked();
  Revocations Take();

  OnRevocations on_revocations_;  // Used by callbacks only, which are one at a time.
  std::string cursor_;
  std::optional<Revocations> pending_;  // Not yet handed out.
  ScopedTimer silence_;
};

}  // namespace oofgg::internal
