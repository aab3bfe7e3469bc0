#pragma once

#include <vector>

#include "auth/user_store.h"
#include "oofgg/model/account.h"

namespace oofgg::auth {

/// What may be told of an account; `ban_reason` only to admins.
[[nodiscard]] Account ViewOf(const User& user, const std::vector<Identity>& identities, WallTime now);

}  // namespace oofgg::auth
