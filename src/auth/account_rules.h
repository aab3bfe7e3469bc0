#pragma once

#include <string_view>

#include "oofgg/model/auth.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// kInvalidArgument that names every bad field at once, as a form would show it; the limits are those of
/// model/auth.h. No message repeats what was entered.
[[nodiscard]] Status CheckRegistration(const RegisterRequest& request);

/// That both fields are there and not absurd. Says nothing about which names can exist.
[[nodiscard]] Status CheckLogin(const LoginRequest& request);

/// The metadata `idempotency-key`: absent, or 1 to 128 printable ASCII characters.
[[nodiscard]] Status CheckIdempotencyKey(std::string_view key);

/// Whether a name that was typed at login is an e-mail address; user names have no `@`.
[[nodiscard]] bool LooksLikeEmail(std::string_view name);

}  // namespace oofgg::auth
