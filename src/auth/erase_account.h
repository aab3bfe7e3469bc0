#pragma once

#include <cstddef>

#include "auth/code_store.h"
#include "auth/session_keeper.h"
#include "auth/user_store.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// Deletes the account with all that is kept of it: marks it first, so that nobody signs in meanwhile and a
/// crash leaves the rest to `FinishDeletions`; then ends its sessions, tells the other servers by the record
/// of revocations, and deletes sessions, codes and rows.
[[nodiscard]] Status EraseAccount(UserStore& users, CodeStore& codes, SessionKeeper& sessions, User user);

/// Finishes what was interrupted; to be called now and then. Returns how many accounts went.
[[nodiscard]] StatusOr<std::size_t> FinishDeletions(UserStore& users, CodeStore& codes,
                                                    SessionKeeper& sessions);

}  // namespace oofgg::auth
