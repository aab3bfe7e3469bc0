#include "auth/account_view.h"

#include "auth/account_rules.h"

namespace oofgg::auth {

Account ViewOf(const User& user, const std::vector<Identity>& identities, WallTime now) {
  Account account = {.user_id = user.id,
                     .username = user.username,
                     .email = user.email,
                     .email_verified = user.email_verified,
                     .role = user.role,
                     .guest = user.guest,
                     .has_password = !user.password_hash.empty(),
                     .created_at = user.created_at};
  if (IsBanned(user, now)) {
    account.banned = true;
    account.banned_until = user.banned_until;
    account.ban_reason = user.ban_reason;
  }
  for (const Identity& identity : identities) {
    account.identities.push_back({identity.provider, identity.created_at});
  }
  return account;
}

}  // namespace oofgg::auth
