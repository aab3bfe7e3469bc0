#pragma once

#include <string_view>

#include "auth/user_store.h"
#include "oofgg/model/account.h"
#include "oofgg/model/auth.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// kInvalidArgument that names every bad field at once, as a form would show it; the limits are those of
/// model/auth.h. No message repeats what was entered.
[[nodiscard]] Status CheckRegistration(const RegisterRequest& request);

/// The same for a guest who becomes a full account.
[[nodiscard]] Status CheckUpgrade(const UpgradeAccountRequest& request);

/// A new password, in a field of that name.
[[nodiscard]] Status CheckNewPassword(std::string_view field, std::string_view password);
[[nodiscard]] Status CheckEmail(std::string_view email);
[[nodiscard]] Status CheckDeviceSecret(std::string_view secret);
[[nodiscard]] Status CheckTwitchToken(std::string_view token);
/// What a server without Twitch answers to what needs it.
[[nodiscard]] Status NoTwitch();
[[nodiscard]] Status CheckTwitchLogin(const TwitchLoginRequest& request);
[[nodiscard]] Status CheckCode(std::string_view code);
[[nodiscard]] bool IsUsername(std::string_view name);

/// That both fields are there and not absurd. Says nothing about which names can exist.
[[nodiscard]] Status CheckLogin(const LoginRequest& request);

/// The metadata `idempotency-key`: absent, or 1 to 128 printable ASCII characters.
[[nodiscard]] Status CheckIdempotencyKey(std::string_view key);

/// Whether a name that was typed at login is an e-mail address; user names have no `@`.
[[nodiscard]] bool LooksLikeEmail(std::string_view name);

/// kPermissionDenied with ACCOUNT_BANNED while a ban lasts, or kUnauthenticated with ACCOUNT_DELETED.
[[nodiscard]] Status CheckMaySignIn(const User& user, WallTime now);
[[nodiscard]] Status AccountGone();

/// Whether a ban still lasts.
[[nodiscard]] bool IsBanned(const User& user, WallTime now);

}  // namespace oofgg::auth
