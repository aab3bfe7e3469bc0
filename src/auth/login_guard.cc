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

/// An account as seen from an address.
std::string Together(std::string_view account, const CallContext& context) {
  return std::string(account) + '@' + AddressGroup(context.peer_address);
}

}  // namespace

LoginGuard::LoginGuard(const Clock& clock, LoginGuardOptions options, RateLimiter* shared)
    : clock_(clock),
      options_(options),
      own_(clock, options.max_keys),
      limiter_(shared != nullptr ? *shared : own_) {}

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
  Question question;
  question.Add(BucketOf(account, context), options_.per_account);
  OOFGG_RETURN_IF_ERROR(question.Ask(limiter_, kTooManyForName));
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const Failures& counter = CounterFor(account, context);
  if (now >= counter.until) return {};
  return TooMany("too many wrong passwords for this name", counter.until - now);
}

void LoginGuard::NoteWrongPassword(std::string_view account, const CallContext& context) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  Failures& counter = CounterFor(account, context);
  const int punished = ++counter.in_a_row - options_.free_failures;
  if (punished <= 0) return;
  constexpr int kMaxDoublings = 20;
  const auto delay = options_.first_delay * (1 << std::min(punished - 1, kMaxDoublings));
  counter.until = DeadlineAfter(now, std::min(delay, options_.max_delay));
}

void LoginGuard::NoteSuccess(std::string_view account, const CallContext& context) {
  const std::lock_guard lock(mutex_);
  Failures& counter = CounterFor(account, context);
  counter.in_a_row = 0;
  counter.until = {};
  if (counter.known || context.peer_address.empty()) return;
  Failures& known = Touch(Together(account, context));
  known.known = true;
}

std::string LoginGuard::BucketOf(std::string_view account, const CallContext& context) {
  const std::string together = Together(account, context);
  const std::lock_guard lock(mutex_);
  if (by_key_.contains(together)) return "login/known/" + together;
  return "login/account/" + std::string(account);
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

LoginGuard::Failures& LoginGuard::CounterFor(std::string_view account, const CallContext& context) {
  const std::string together = Together(account, context);
  if (const auto found = by_key_.find(together); found != by_key_.end()) return Touch(together);
  return Touch(std::string(account));
}

LoginGuard::Failures& LoginGuard::Touch(std::string key) {
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    failures_.splice(failures_.begin(), failures_, found->second);
    return failures_.front();
  }
  if (failures_.size() >= options_.max_keys) {
    by_key_.erase(failures_.back().key);
    failures_.pop_back();
  }
  failures_.push_front({.key = std::move(key)});
  by_key_.emplace(failures_.front().key, failures_.begin());
  return failures_.front();
}

}  // namespace oofgg::auth
