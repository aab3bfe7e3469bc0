#include "auth/callers.h"

namespace oofgg::auth {

Status CheckSignedIn(const CallContext& context) {
  if (context.caller.has_value()) return {};
  return MakeStatus(StatusCode::kUnauthenticated, "this call needs somebody signed in");
}

Status CheckAdmin(const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(context));
  if (context.caller->role == "admin") return {};
  return MakeStatus(StatusCode::kPermissionDenied, "this call is for the role admin only");
}

Status CheckService(const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(CheckSignedIn(context));
  if (context.caller->role == "admin" || context.caller->role == "service") return {};
  return MakeStatus(StatusCode::kPermissionDenied, "this call is for the roles service and admin only");
}

}  // namespace oofgg::auth
