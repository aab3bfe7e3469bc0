#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "presence/instances/instance_bus.h"

namespace oofgg::presence {

/// This instance's own lives, one after the other. A life ends with its lease, and with the link under which
/// it began: what was said may be lost then, or be done late, so all is said anew under a new name, and the
/// old one is given up once that is done. Between the two both count, which nobody sees.
class OwnLease {
 public:
  struct Hooks {
    std::function<void()> on_begun;  ///< A life has begun: all users are to be registered.
    std::function<void(const std::vector<Lease>&, TimePoint asked_at)> on_leases;
    std::function<LeaseRecord()> describe;  ///< `complete` and `leaving` are filled in.
  };

  OwnLease(const Clock& clock, RandomSource& random, InstanceBus& bus, std::chrono::milliseconds ttl,
           Hooks hooks)
      : clock_(clock), random_(random), bus_(bus), ttl_(ttl), hooks_(std::move(hooks)) {}

  /// The present life; 0: there is none.
  [[nodiscard]] LifeId life() const { return life_; }
  [[nodiscard]] bool complete() const { return complete_; }
  /// Lives whose entries may still be there.
  [[nodiscard]] const std::vector<LifeId>& former() const { return former_; }
  [[nodiscard]] bool IsMine(LifeId life) const;
  /// When the oldest of what we have said and not heard ourselves was said; kNever: there is none.
  [[nodiscard]] TimePoint unheard_since() const { return unheard_.empty() ? kNever : unheard_.front(); }

  void Tick(TimePoint now);
  [[nodiscard]] TimePoint NextDeadline() const;

  /// Ends the life if there is another link than it began under.
  void CheckLink();
  /// One of our own beats has come back to us.
  void OnHeard(LifeId life);
  /// What was said so far may never be heard.
  void ForgetUnheard() { unheard_.clear(); }
  /// Something that was said under `life` may be lost.
  void Lose(LifeId life);
  /// All users are registered.
  void Complete();
  /// Says that it lives, unless it did so a moment ago.
  void RenewSoon();
  /// The last word: the lease stays for so long, and is not prolonged any more.
  void Leave(std::chrono::milliseconds remaining, InstanceBus::On<Status> on_left);

 private:
  void Acquire(TimePoint now);
  void OnAcquired(LifeId life, std::uint64_t link, TimePoint asked_at,
                  const StatusOr<std::vector<Lease>>& leases);
  void Renew(TimePoint now);
  void OnRenewed(LifeId life, TimePoint asked_at, const StatusOr<bool>& renewed);
  void End();
  void RetryLater(TimePoint now);
  [[nodiscard]] LeaseRecord Describe() const;
  template <typename Answer>
  auto WhileAlive(Answer answer);

  const Clock& clock_;
  RandomSource& random_;
  InstanceBus& bus_;
  const std::chrono::milliseconds ttl_;
  const Hooks hooks_;

  LifeId life_ = 0;
  std::uint64_t link_ = 0;  ///< Under which the life began.
  bool acquiring_ = false;
  bool renewing_ = false;
  bool complete_ = false;
  bool leaving_ = false;
  TimePoint until_ = kNever;
  TimePoint renew_at_ = kNever;
  TimePoint renewed_at_ = TimePoint::min();
  TimePoint retry_at_ = TimePoint::min();
  std::chrono::milliseconds retry_after_{0};
  std::chrono::milliseconds ask_again_after_{0};
  std::deque<TimePoint> unheard_;  ///< Beats of this life.
  std::vector<LifeId> former_;
  std::vector<LifeId> mine_;  ///< The latest of all.
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace oofgg::presence
