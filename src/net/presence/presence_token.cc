#include "net/presence/presence_token.h"

#include "presence/json_protocol.h"

namespace oofgg::net {

StatusOr<std::optional<Caller>> CheckToken(const PresenceAuthenticator& authenticate, bool required,
                                           const presence::ClientObject& object) {
  if (!object.token.has_value()) {
    if (required)
      return MakeStatus(StatusCode::kUnauthenticated, "token: is required here; log in and send one");
    return std::nullopt;
  }
  if (!authenticate) return InvalidField("token", "cannot be checked by this server; leave it out");
  StatusOr<Caller> caller = authenticate(*object.token);
  if (!caller.ok()) return Annotate(caller.status(), "token");
  if (caller->user_id != *object.user_id)
    return MakeStatus(StatusCode::kPermissionDenied, "token: belongs to another user");
  return *std::move(caller);
}

}  // namespace oofgg::net
