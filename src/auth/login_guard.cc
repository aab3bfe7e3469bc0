#include "auth/login_guard.h"

#include <algorithm>

#include "base/address_group.h"
#include "oofgg/parse.h"

namespace oofgg::auth {
namespace {

Status TooMany(std::string_view message, Duration retry_after) {
  return RetryLater(StatusCode::kResourceExhausted, message,
                    std::chrono::ceil<std::chrono::milliseconds>(retry_after));
}

Status Take(std::optional<KeyedTokenBuckets>& buckets, std::string_view key, std::string_view message) {
  if (!buckets.has_value()) return {};
  const Admission admission = buckets->TryTake(key);
  return admission.granted ? Status() : TooMany(message, admission.retry_after);
}

constexpr std::string_view kTooManyForName = "too many attempts for this name; wait before the next";
constexpr std::string_view kTooManyFromAddress = "too many attempts from this address; wait before the next";

}  // namespace

LoginGuard::LoginGuard(const Clock& clock, LoginGuardOptions options) : clock_(clock), options_(options) {
  if (options_.per_account.has_value()) {
    names_.emplace(clock, *options_.per_account, options_.max_keys);
    accounts_.emplace(clock, *options_.per_account, options_.max_keys);
  }
  if (options_.per_address.has_value()) addresses_.emplace(clock, *options_.per_address, options_.max_keys);
  if (options_.global.has_value()) everybody_.emplace(clock, *options_.global);
}

Status LoginGuard::AdmitAttempt(const CallContext& context) {
  const std::string group = AddressGroup(context.peer_address);
  if (!group.empty() && !IsLoopback(context.peer_address)) {
    OOFGG_RETURN_IF_ERROR(Take(addresses_, group, kTooManyFromAddress));
  }
  if (!everybody_.has_value()) return {};
  const Admission admission = everybody_->TryTake();
  return admission.granted ? Status() : TooMany("too many sign-ins at once", admission.retry_after);
}

Status LoginGuard::AdmitName(std::string_view name) { return Take(names_, name, kTooManyForName); }

Status LoginGuard::AdmitAccount(std::string_view account, const CallContext& context) {
  OOFGG_RETURN_IF_ERROR(Take(accounts_, account, kTooManyForName));
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const Failures& counter = CounterFor(account, context);
  if (now >= counter.until) return {};
  return TooMany("too many wrong passwords for this name; wait before the next", counter.until - now);
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
  Failures& known = Touch(std::string(account) + '@' + AddressGroup(context.peer_address));
  known.known = true;
}

LoginGuard::Failures& LoginGuard::CounterFor(std::string_view account, const CallContext& context) {
  const std::string together = std::string(account) + '@' + AddressGroup(context.peer_address);
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
