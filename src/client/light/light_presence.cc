#include "oofgg/light_presence.h"

#include <utility>

#include "base/presence_limits.h"
#include "client/light/light_presence_impl.h"

namespace oofgg {
namespace {

Status CheckOptions(const LightPresenceOptions& options, const HostPort& address) {
  if (options.heartbeat < std::chrono::milliseconds(0))
    return InvalidField("heartbeat", "must not be negative");
  if (options.status.has_value()) {
    OOFGG_RETURN_IF_ERROR(presence::CheckStatus("status.", *options.status));
  }
  if (!options.tls.enabled) return absl::OkStatus();
  if (options.transport == LightPresenceTransport::kUdp) {
    return InvalidField("tls", "is for TCP only; leave it out, or choose TCP");
  }
  return internal::LightTls::Make(options.tls, address.host).status();
}

}  // namespace

StatusOr<std::unique_ptr<LightPresence>> LightPresence::Connect(const std::string& address,
                                                                const std::string& user_id,
                                                                std::vector<std::string> friends,
                                                                OnUpdate on_update,
                                                                LightPresenceOptions options) {
  const auto parsed = ParseHostPort(address);
  if (!parsed.ok()) return Annotate(parsed.status(), "address");
  OOFGG_RETURN_IF_ERROR(presence::CheckId("user_id", user_id));
  OOFGG_RETURN_IF_ERROR(presence::CheckFriends("friends", friends));
  OOFGG_RETURN_IF_ERROR(CheckOptions(options, *parsed));
  if (!on_update) return InvalidField("on_update", "is empty; give a function");
  internal::LightWishes wishes{
      .user_id = user_id, .friends = std::move(friends), .status = std::move(options.status)};
  auto impl = std::make_shared<Impl>(*parsed, std::move(wishes), std::move(on_update), std::move(options));
  impl->Start();
  return std::unique_ptr<LightPresence>(new LightPresence(std::move(impl)));
}

LightPresence::LightPresence(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
LightPresence::~LightPresence() { impl_->Stop(); }

Status LightPresence::SetFriends(std::vector<std::string> friends) {
  OOFGG_RETURN_IF_ERROR(presence::CheckFriends("friends", friends));
  impl_->SetFriends(std::move(friends));
  return absl::OkStatus();
}

Status LightPresence::SetStatus(PresenceStatus status) {
  OOFGG_RETURN_IF_ERROR(presence::CheckStatus("", status));
  impl_->SetStatus(std::move(status));
  return absl::OkStatus();
}

void LightPresence::SignOff() { impl_->SignOff(); }

bool LightPresence::SendRaw(const std::string& object) { return impl_->SendRaw(object); }

}  // namespace oofgg
