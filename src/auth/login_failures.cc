#include "auth/login_failures.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace oofgg::auth {
namespace {

std::string AccountKey(const LoginPlace& place) { return "account/" + std::string(place.account); }

/// Empty where the address is not known.
std::string AddressKey(const LoginPlace& place) {
  if (place.address.empty()) return {};
  return "address/" + std::string(place.account) + '@' + std::string(place.address);
}

}  // namespace

std::chrono::milliseconds FailureRule::DelayAfter(int in_a_row) const {
  const int punished = in_a_row - free_failures;
  if (punished <= 0) return std::chrono::milliseconds(0);
  constexpr int kMaxDoublings = 20;
  return std::min(first_delay * (1 << std::min(punished - 1, kMaxDoublings)), max_delay);
}

LoginFailures::Verdict MemoryLoginFailures::Look(const LoginPlace& place) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const Entry* entry = Find(AddressKey(place));
  const bool is_known = entry != nullptr;
  if (!is_known) entry = Find(AccountKey(place));
  if (entry == nullptr || now >= entry->until) return {.is_known = is_known};
  return {.is_known = is_known, .wait = entry->until - now};
}

void MemoryLoginFailures::NoteWrong(const LoginPlace& place, const FailureRule& rule) {
  const TimePoint now = clock_.Now();
  const std::lock_guard lock(mutex_);
  const std::string address = AddressKey(place);
  Entry& entry =
      Find(address) != nullptr ? Touch(address, kAddressesKept) : Touch(AccountKey(place), kFailuresKept);
  const auto delay = rule.DelayAfter(++entry.in_a_row);
  if (delay.count() > 0) entry.until = DeadlineAfter(now, delay);
}

void MemoryLoginFailures::NoteRight(const LoginPlace& place) {
  const std::lock_guard lock(mutex_);
  const std::string address = AddressKey(place);
  if (Find(address) == nullptr && Find(AccountKey(place)) != nullptr) Forget(entries_.begin());
  if (address.empty()) return;
  Entry& entry = Touch(address, kAddressesKept);
  entry.in_a_row = 0;
  entry.until = {};
}

MemoryLoginFailures::Entry* MemoryLoginFailures::Find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  if (clock_.Now() >= found->second->forgotten_at) {
    Forget(found->second);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, found->second);
  return &entries_.front();
}

MemoryLoginFailures::Entry& MemoryLoginFailures::Touch(std::string key, Duration keep) {
  if (Find(key) == nullptr) {
    if (entries_.size() >= max_keys_) Forget(std::prev(entries_.end()));
    entries_.push_front({.key = std::move(key)});
    by_key_.emplace(entries_.front().key, entries_.begin());
  }
  entries_.front().forgotten_at = DeadlineAfter(clock_.Now(), keep);
  return entries_.front();
}

void MemoryLoginFailures::Forget(std::list<Entry>::iterator entry) {
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace oofgg::auth
