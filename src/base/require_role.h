#pragma once

#include <initializer_list>
#include <string_view>

#include "oofgg/caller.h"
#include "oofgg/status.h"

namespace oofgg {

/// OK if the caller has one of `roles`. kUnauthenticated: there is no caller; kPermissionDenied: another
/// role. `act` completes "… may": `list game servers`.
[[nodiscard]] Status RequireRole(const CallContext& context, std::initializer_list<std::string_view> roles,
                                 std::string_view act);

}  // namespace oofgg
