#pragma once

#include <chrono>

namespace oofgg::auth {

/// While one lives, the thread that made it enters the kernel every `period`, whatever it computes.
///
/// A thread that another core wakes begins to run when the core it was put on next enters the kernel. Where
/// that core is not interrupted for it at once, as under some hypervisors, a thread that only computes holds
/// it up until the scheduler's next tick, up to 4 ms on each hop of a call, whatever the priorities. Each
/// pulse costs an interrupt and an empty signal handler.
///
/// Uses SIGURG, as Go's runtime does to preempt its own: nobody else sends it unasked, and debuggers let it
/// pass. Does nothing where somebody else handles that signal, and on other systems than Linux.
/// Threads: belongs to the one that made it.
class PreemptionPulse {
 public:
  explicit PreemptionPulse(std::chrono::microseconds period);
  ~PreemptionPulse();
  PreemptionPulse(const PreemptionPulse&) = delete;
  PreemptionPulse& operator=(const PreemptionPulse&) = delete;

 private:
  void* timer_ = nullptr;  // A timer_t, which other systems lack.
  bool beats_ = false;
};

}  // namespace oofgg::auth
