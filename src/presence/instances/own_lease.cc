#include "presence/instances/own_lease.h"

#include <algorithm>
#include <utility>

namespace oofgg::presence {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{50};
/// Of asking for a lease, which may be granted too late, and is heard by all.
constexpr std::chrono::milliseconds kAskAgain{50};
constexpr std::chrono::milliseconds kLongestAskAgain{2'000};
/// To register everybody anew is much work for all: where it did not come to an end, more would not help.
constexpr std::chrono::milliseconds kLongestRetry{10'000};
/// Who asks for a sign of life gets one, but not each of many who ask at once.
constexpr std::chrono::milliseconds kRenewPause{50};
constexpr std::size_t kKeptNames = 16;
/// Well below what counts as late.
constexpr std::chrono::milliseconds kJustNow{250};

void KeepLatest(std::vector<LifeId>& names, LifeId name) {
  names.push_back(name);
  if (names.size() > kKeptNames) names.erase(names.begin());
}

}  // namespace

/// An answer that is not given after our end.
template <typename Answer>
auto OwnLease::WhileAlive(Answer answer) {
  return [answer = std::move(answer), alive = std::weak_ptr<char>(alive_)](auto result) mutable {
    if (!alive.expired()) answer(std::move(result));
  };
}

bool OwnLease::IsMine(LifeId life) const {
  return std::find(mine_.begin(), mine_.end(), life) != mine_.end();
}

LeaseRecord OwnLease::Describe() const {
  LeaseRecord record = hooks_.describe();
  record.complete = complete_;
  record.leaving = leaving_;
  return record;
}

void OwnLease::Tick(TimePoint now) {
  if (leaving_) return;
  if (life_ != 0 && now >= until_) End();
  if (life_ == 0) {
    if (!acquiring_ && now >= retry_at_) Acquire(now);
  } else if (!renewing_ && now >= renew_at_) {
    Renew(now);
  }
}

TimePoint OwnLease::NextDeadline() const {
  if (leaving_ || acquiring_) return kNever;
  if (life_ == 0) return retry_at_;
  return renewing_ ? until_ : std::min(until_, renew_at_);
}

void OwnLease::Acquire(TimePoint now) {
  const std::uint64_t link = bus_.LinkNumber();
  // What is asked without a link waits for one, and then does not count.
  if (link == 0) {
    retry_at_ = now + kAskAgain;
    return;
  }
  acquiring_ = true;
  LifeId life = 0;
  while (life == 0) life = random_.Next();
  KeepLatest(mine_, life);
  complete_ = false;
  bus_.TakeName(life);
  bus_.Acquire(life, Describe(), ttl_,
               WhileAlive([this, life, link, now](const StatusOr<std::vector<Lease>>& leases) {
                 OnAcquired(life, link, now, leases);
               }));
}

void OwnLease::OnAcquired(LifeId life, std::uint64_t link, TimePoint asked_at,
                          const StatusOr<std::vector<Lease>>& leases) {
  acquiring_ = false;
  const TimePoint now = clock_.Now();
  const TimePoint until = asked_at + ttl_;
  // An answer of another link than it was asked on says nothing of what the present one will do.
  if (!leases.ok() || now >= until || bus_.LinkNumber() != link) {
    KeepLatest(former_, life);
    ask_again_after_ = std::clamp(ask_again_after_ * 2, kAskAgain, kLongestAskAgain);
    retry_at_ = now + ask_again_after_;
    return;
  }
  hooks_.on_leases(*leases, asked_at);
  if (leaving_) return;
  ask_again_after_ = std::chrono::milliseconds(0);
  life_ = life;
  link_ = link;
  until_ = until;
  renew_at_ = asked_at + ttl_ / 3;
  hooks_.on_begun();
}

void OwnLease::RetryLater(TimePoint now) {
  retry_after_ = std::clamp(retry_after_ * 2, kFirstRetry, kLongestRetry);
  retry_at_ = now + retry_after_;
}

void OwnLease::Renew(TimePoint now) {
  CheckLink();
  if (life_ == 0) return;
  renewing_ = true;
  renewed_at_ = now;
  unheard_.push_back(now);
  renew_at_ = now + ttl_ / 3;
  bus_.Renew(life_, Describe(), ttl_, WhileAlive([this, life = life_, now](const StatusOr<bool>& renewed) {
               OnRenewed(life, now, renewed);
             }));
}

void OwnLease::OnRenewed(LifeId life, TimePoint asked_at, const StatusOr<bool>& renewed) {
  renewing_ = false;
  if (life != life_) return;
  if (!renewed.ok()) {
    ForgetUnheard();
    renew_at_ = clock_.Now() + std::max(ttl_ / 20, kFirstRetry);
  } else if (*renewed) {
    until_ = std::max(until_, asked_at + ttl_);
  } else {
    End();
  }
}

void OwnLease::OnHeard(LifeId life) {
  if (life != life_ || unheard_.empty()) return;
  unheard_.pop_front();
  // Where one was lost, one would be left over for ever: then it is what was said just now that was heard.
  if (!unheard_.empty() && clock_.Now() - unheard_.front() < kJustNow) unheard_.clear();
}

void OwnLease::RenewSoon() {
  if (life_ == 0) return;
  renew_at_ = std::min(renew_at_, std::max(clock_.Now(), renewed_at_ + kRenewPause));
}

void OwnLease::CheckLink() {
  if (life_ != 0 && bus_.LinkNumber() != link_) End();
}

void OwnLease::Lose(LifeId life) {
  if (life == 0 || life != life_) return;
  const TimePoint now = clock_.Now();
  End();
  if (retry_at_ <= now) RetryLater(now);
}

void OwnLease::End() {
  KeepLatest(former_, std::exchange(life_, 0));
  ForgetUnheard();
  // The first time at once.
  if (!std::exchange(complete_, false)) return RetryLater(clock_.Now());
  retry_at_ = clock_.Now();
}

void OwnLease::Complete() {
  complete_ = true;
  retry_after_ = std::chrono::milliseconds(0);
  Renew(clock_.Now());
  if (life_ == 0) return;
  for (const LifeId former : std::exchange(former_, {})) bus_.Release(former);
}

void OwnLease::Leave(std::chrono::milliseconds remaining, InstanceBus::On<Status> on_left) {
  leaving_ = true;
  if (life_ == 0) return on_left(MakeStatus(StatusCode::kUnavailable, "there is no lease to leave"));
  if (remaining <= std::chrono::milliseconds(0)) {
    bus_.Release(life_);
    return on_left(absl::OkStatus());
  }
  bus_.Renew(life_, Describe(), remaining,
             WhileAlive([on_left = std::move(on_left)](const StatusOr<bool>& renewed) mutable {
               on_left(renewed.status());
             }));
}

}  // namespace oofgg::presence
