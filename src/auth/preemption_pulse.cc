#include "auth/preemption_pulse.h"

#ifdef __linux__

#include <unistd.h>

#include <csignal>
#include <ctime>

namespace oofgg::auth {
namespace {

static_assert(sizeof(timer_t) == sizeof(void*));

void NoticeNothing(int) {}

/// False if the signal has a handler already.
bool TakeSignal() {
  struct sigaction present {};
  if (sigaction(SIGURG, nullptr, &present) != 0) return false;
  if (present.sa_handler != SIG_DFL && present.sa_handler != SIG_IGN) return false;
  struct sigaction ours {};
  ours.sa_handler = &NoticeNothing;
  ours.sa_flags = SA_RESTART | SA_ONSTACK;
  return sigaction(SIGURG, &ours, nullptr) == 0;
}

}  // namespace

PreemptionPulse::PreemptionPulse(std::chrono::microseconds period) {
  static const bool taken = TakeSignal();
  if (!taken) return;
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = SIGURG;
  event._sigev_un._tid = gettid();
  beats_ = timer_create(CLOCK_MONOTONIC, &event, &timer_) == 0;
  if (!beats_) return;
  const timespec span{.tv_sec = 0, .tv_nsec = std::chrono::nanoseconds(period).count()};
  const itimerspec beat{.it_interval = span, .it_value = span};
  timer_settime(timer_, 0, &beat, nullptr);
}

PreemptionPulse::~PreemptionPulse() {
  if (beats_) timer_delete(timer_);
}

}  // namespace oofgg::auth

#else

namespace oofgg::auth {

PreemptionPulse::PreemptionPulse(std::chrono::microseconds) {}
PreemptionPulse::~PreemptionPulse() = default;

}  // namespace oofgg::auth

#endif
