#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "auth/login_failures.h"
#include "auth/rate_limiter.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "oofgg/token_bucket.h"

namespace oofgg::auth {

/// Mail that we send because somebody asked: to one address, and at the request of one account. The next mail
/// of a person who lost three is worth a wait; hundreds in the mailbox of somebody who asked for none are
/// not.
inline constexpr RateLimit kMailLimit{.per_second = 1.0 / (10 * 60), .burst = 3};

struct LoginGuardOptions {
  /// Attempts at one account, by whichever of its names, and at a name that belongs to none.
  /// Nothing: no limit.
  std::optional<RateLimit> per_account = RateLimit{.per_second = 1.0 / 6, .burst = 10};
  /// Attempts of all kinds from one address, /64 for IPv6. Loopback is a proxy or a test, and has no limit.
  std::optional<RateLimit> per_address = RateLimit{.per_second = 5, .burst = 100};
  /// Attempts of all kinds by everybody. Nothing: what the hashing threads can do.
  std::optional<RateLimit> global = std::nullopt;
  FailureRule failures{};
  std::size_t max_keys = 100'000;  ///< Names, accounts and addresses remembered, each.
};

/// Slows guessing down (OWASP Authentication Cheat Sheet, "Login Throttling"): token buckets for accounts,
/// addresses and everybody, and a wait that grows with wrong passwords in a row. An address from which the
/// account was signed in to before has a bucket of its own and waits for its own mistakes only, so that a
/// stranger cannot lock the owner out. Both are this process', in bounded memory, or those of all replicas.
/// Threads: safe; blocks no longer than the two records. Errors: kResourceExhausted with the delay.
class LoginGuard {
 public:
  /// What replicas share, each null where they do not; outlives the guard, as does `clock`.
  struct Shared {
    RateLimiter* limiter = nullptr;
    LoginFailures* failures = nullptr;
  };
  LoginGuard(const Clock& clock, LoginGuardOptions options, Shared shared);
  explicit LoginGuard(const Clock& clock, LoginGuardOptions options = {})
      : LoginGuard(clock, options, Shared()) {}

  /// Every attempt at any way in.
  [[nodiscard]] Status AdmitAttempt(const CallContext& context);
  /// Every attempt at this account, by its id, or by the name that belongs to none.
  [[nodiscard]] Status AdmitAccount(std::string_view account, const CallContext& context);

  /// How the attempt that was admitted ended.
  void NoteWrongPassword(std::string_view account, const CallContext& context);
  void NoteSuccess(std::string_view account, const CallContext& context);

  /// Every guess at the code that was mailed to `whose`. Guesses from one address are no others', so that a
  /// stranger's do not keep the owner from typing it in.
  [[nodiscard]] Status AdmitGuess(std::string_view whose, const CallContext& context);
  /// Every mail to this address, folded, that was not asked for by who reads it; at the request of the
  /// caller, if there is one.
  [[nodiscard]] Status AdmitMail(std::string_view address, const CallContext& context);

 private:
  const LoginGuardOptions options_;
  MemoryRateLimiter own_limiter_;
  MemoryLoginFailures own_failures_;
  RateLimiter& limiter_;
  LoginFailures& failures_;
};

}  // namespace oofgg::auth
