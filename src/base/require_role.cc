#include "base/require_role.h"

#include <algorithm>
#include <string>

namespace oofgg {

Status RequireRole(const CallContext& context, std::initializer_list<std::string_view> roles,
                   std::string_view act) {
  if (!context.caller.has_value()) {
    return MakeStatus(StatusCode::kUnauthenticated, "log in to " + std::string(act));
  }
  const std::string& role = context.caller->role;
  if (std::find(roles.begin(), roles.end(), role) != roles.end()) return {};
  std::string allowed;
  for (const std::string_view each : roles) allowed.append(allowed.empty() ? "" : " or ").append(each);
  return MakeStatus(StatusCode::kPermissionDenied, "only the role " + allowed + " may " + std::string(act) +
                                                       "; this account is '" + role + "'");
}

}  // namespace oofgg
