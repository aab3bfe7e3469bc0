#include "presence/presence_facade.h"

#include <span>
#include <string>
#include <utility>

#include "presence/limits.h"

namespace oofgg::presence {
namespace {

class PresenceStream final : public StreamHandler<PresenceRequest, PresenceUpdate> {
 public:
  PresenceStream(PresenceHub& hub, std::string user_id, std::shared_ptr<StreamHost> host)
      : hub_(hub), user_id_(std::move(user_id)), host_(std::move(host)) {
    GoOnline({});
  }

  void OnMessage(PresenceRequest message) override {
    if (message.sign_off) return connection_.SignOff();
    if (message.set_friends) {
      if (Status status = CheckFriends("friends.user_ids", message.friends); !status.ok()) {
        return host_->Finish(std::move(status));
      }
    }
    if (!connection_) return GoOnline(message.friends);
    if (message.set_friends) connection_.SetFriends(message.friends);
  }

  void OnClose() override {
    connection_.Close();
    host_.reset();
  }

  std::optional<PresenceUpdate> Next() override { return connection_.NextUpdate(); }

 private:
  void GoOnline(std::span<const std::string> friends) {
    PresenceTable::ConnectionOptions options;
    options.grace = hub_.grace();
    options.proven = true;
    options.full_snapshot = true;
    connection_ = hub_.Connect(user_id_, options, friends, host_);
  }

  PresenceHub& hub_;
  const std::string user_id_;
  std::shared_ptr<StreamHost> host_;
  PresenceConnection connection_;
};

}  // namespace

StatusOr<StreamHandlerPtr<PresenceRequest, PresenceUpdate>> PresenceFacade::Connect(
    const CallContext& context, std::shared_ptr<StreamHost> host) {
  if (!context.caller.has_value()) {
    return MakeStatus(StatusCode::kUnauthenticated, "presence needs an access token; log in");
  }
  OOFGG_RETURN_IF_ERROR(CheckId("user_id", context.caller->user_id));
  return std::make_shared<PresenceStream>(hub_, context.caller->user_id, std::move(host));
}

}  // namespace oofgg::presence
