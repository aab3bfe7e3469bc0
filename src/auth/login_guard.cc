#include "auth/login_guard.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "base/address_group.h"
#include "oofgg/parse.h"

namespace oofgg::auth {
namespace {

Status TooMany(std::string_view message, Duration retry_after) {
  const auto wait = std::chrono::ceil<std::chrono::milliseconds>(retry_after);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  return RetryLater(StatusCode::kResourceExhausted,
                    std::string(message) + "; wait " + std::to_string(seconds) + " s before the next", wait);
}

/// Buckets to be asked together.
class Question {
 public:
  void Add(std::string key, const std::optional<RateLimit>& limit) {
    if (limit.has_value()) buckets_.emplace_back(std::move(key), *limit);
  }
  Status Ask(RateLimiter& limiter, std::string_view refusal) const {
    if (buckets_.empty()) return {};
    std::vector<LimitedKey> keys;
    for (const auto& [key, limit] : buckets_) keys.push_back({key, limit});
    const Admission admission = limiter.TryTake(std::span<const LimitedKey>(keys));
    return admission.granted ? Status() : TooMany(refusal, admission.retry_after);
  }

 private:
  std::vector<std::pair<std::string, RateLimit>> buckets_;
};

constexpr std::string_view kTooMany = "too many attempts";
constexpr std::string_view kTooManyForName = "too many attempts for this name";

}  // namespace

LoginGuard::LoginGuard(const Clock& clock, LoginGuardOptions options, Shared shared)
    : options_(options),
      own_limiter_(clock, options.max_keys),
      own_failures_(clock, options.max_keys),
      limiter_(shared.limiter != nullptr ? *shared.limiter : own_limiter_),
      failures_(shared.failures != nullptr ? *shared.failures : own_failures_) {}

Status LoginGuard::AdmitAttempt(const CallContext& context) {
  Question question;
  const std::string group = AddressGroup(context.peer_address);
  if (!group.empty() && !IsLoopback(context.peer_address)) {
    question.Add("login/address/" + group, options_.per_address);
  }
  question.Add("login/all", options_.global);
  return question.Ask(limiter_, kTooMany);
}

Status LoginGuard::AdmitAccount(std::string_view account, const CallContext& context) {
  const std::string address = AddressGroup(context.peer_address);
  const LoginFailures::Verdict verdict = failures_.Look({account, address});
  // A bucket apart, so that a stranger's flood leaves the owner's full.
  Question question;
  question.Add(verdict.is_known ? "login/known/" + std::string(account) + '@' + address
                                : "login/account/" + std::string(account),
               options_.per_account);
  OOFGG_RETURN_IF_ERROR(question.Ask(limiter_, kTooManyForName));
  if (verdict.wait <= Duration(0)) return {};
  return TooMany("too many wrong passwords for this name", verdict.wait);
}

void LoginGuard::NoteWrongPassword(std::string_view account, const CallContext& context) {
  failures_.NoteWrong({account, AddressGroup(context.peer_address)}, options_.failures);
}

void LoginGuard::NoteSuccess(std::string_view account, const CallContext& context) {
  failures_.NoteRight({account, AddressGroup(context.peer_address)});
}

Status LoginGuard::AdmitGuess(std::string_view whose, const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(AdmitAttempt(context));
  Question question;
  question.Add("code/" + std::string(whose) + " from " + AddressGroup(context.peer_address),
               options_.per_account);
  return question.Ask(limiter_, kTooMany);
}

Status LoginGuard::AdmitMail(std::string_view address, const CallContext& context) {
  Question question;
  question.Add("mail/to/" + std::string(address), kMailLimit);
  if (context.caller.has_value()) question.Add("mail/by/" + context.caller->user_id, kMailLimit);
  return question.Ask(limiter_, "too much mail was asked for");
}

}  // namespace oofgg::auth
