#pragma once

#include <chrono>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

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
  /// This many wrong passwords in a row are free; each further one doubles the wait, from `first_delay` …
  int free_failures = 4;
  std::chrono::milliseconds first_delay{1000};
  /// … to this. Not longer, as the wait is also what an attacker can do to the account's owner.
  std::chrono::milliseconds max_delay{5 * 60'000};
  std::size_t max_keys = 100'000;  ///< Names, accounts and addresses remembered, each.
};

/// Slows guessing down (OWASP Authentication Cheat Sheet, "Login Throttling"): token buckets for accounts,
/// addresses and everybody, and a wait that grows with wrong passwords in a row. An address from which the
/// account was signed in to before has a bucket of its own and waits for its own mistakes only, so that a
/// stranger cannot lock the owner out. The buckets are this process', or those of all replicas; the waits are
/// this process'. In bounded memory. Threads: safe; blocks no longer than the limiter. Errors:
/// kResourceExhausted with the delay.
class LoginGuard {
 public:
  /// `clock` must outlive the guard, and so must `shared`, which may be null.
  explicit LoginGuard(const Clock& clock, LoginGuardOptions options = {}, RateLimiter* shared = nullptr);

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
  struct Failures {
    std::string key;
    int in_a_row = 0;
    bool known = false;  ///< Of an account and address that belong together.
    TimePoint until{};
  };

  /// The bucket of this attempt: the account's, or one apart for an address that is known for it.
  std::string BucketOf(std::string_view account, const CallContext& context);
  /// Where the failures of this attempt are counted: at the account, or at the account as seen from an
  /// address that is known for it. Under the lock.
  Failures& CounterFor(std::string_view account, const CallContext& context);
  Failures& Touch(std::string key);

  const Clock& clock_;
  const LoginGuardOptions options_;
  MemoryRateLimiter own_;
  RateLimiter& limiter_;
  std::mutex mutex_;              // A leaf.
  std::list<Failures> failures_;  // The one that was used last is in front.
  std::unordered_map<std::string_view, std::list<Failures>::iterator> by_key_;
};

}  // namespace oofgg::auth
