#include "presence/presence_facade.h"

#include <memory>
#include <string>
#include <utility>

#include "base/presence_limits.h"

namespace oofgg::presence {
namespace {

/// What the hub tells a stream, which knows of no tags.
class HostOfStream final : public PresenceHost {
 public:
  explicit HostOfStream(std::shared_ptr<StreamHost> host) : host_(std::move(host)) {}
  void Wake(HostTag) override { host_->Wake(); }
  void Finish(HostTag, Status status) override { host_->Finish(std::move(status)); }

 private:
  const std::shared_ptr<StreamHost> host_;
};

class PresenceStream final : public StreamHandler<PresenceRequest, PresenceUpdate> {
 public:
  PresenceStream(PresenceHub& hub, std::string user_id, std::shared_ptr<StreamHost> host)
      : hub_(hub), user_id_(std::move(user_id)), host_(std::move(host)) {}

  void OnMessage(PresenceRequest message) override {
    if (message.sign_off) return connection_.SignOff();
    if (Status status = Check(message); !status.ok()) return host_->Finish(std::move(status));
    if (!connection_) return GoOnline(std::move(message));
    if (message.status.has_value()) connection_.SetStatus(*message.status);
    if (message.set_friends) connection_.SetFriends(message.friends);
  }

  void OnClose() override {
    connection_.Close();
    host_.reset();
  }

  std::optional<PresenceUpdate> Next() override { return connection_.NextUpdate(); }

 private:
  static Status Check(const PresenceRequest& message) {
    if (message.set_friends) OOFGG_RETURN_IF_ERROR(CheckFriends("friends.user_ids", message.friends));
    if (message.status.has_value()) return CheckStatus("status.", *message.status);
    return absl::OkStatus();
  }

  void GoOnline(PresenceRequest message) {
    PresenceTable::ConnectionOptions options;
    options.grace = hub_.grace();
    options.proven = true;
    options.full_snapshot = true;
    options.hears_status = true;
    options.status = std::move(message.status);
    connection_ = hub_.Connect(user_id_, options, message.friends, std::make_shared<HostOfStream>(host_));
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

StatusOr<StreamHandlerPtr<PresenceRequest, PresenceUpdate>> PresenceFacade::Watch(
    const CallContext& context, const PresenceRequest& first, std::shared_ptr<StreamHost> host) {
  OOFGG_ASSIGN_OR_RETURN(auto stream, Connect(context, std::move(host)));
  if (first.sign_off) return InvalidField("sign_off", "this stream says that you are here; end it to go");
  stream->OnMessage(first);
  return stream;
}

}  // namespace oofgg::presence
