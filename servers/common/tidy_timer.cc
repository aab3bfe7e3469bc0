#include "servers/common/tidy_timer.h"

#include <mutex>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::servers {

struct TidyTimer::State : std::enable_shared_from_this<State> {
  State(Executor& executor_in, const Clock& clock_in, Duration period_in, std::function<Status()> chore_in)
      : executor(executor_in), clock(clock_in), period(period_in), chore(std::move(chore_in)) {}

  void Schedule() {
    timer = executor.PostAt(DeadlineAfter(clock.Now(), period), [self = shared_from_this()] { self->Run(); });
  }

  void Run() {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    if (const Status status = chore(); !status.ok()) {
      Log(LogLevel::kWarning, "tidy", status.ToString() + "; trying again later");
    }
    Schedule();
  }

  Executor& executor;
  const Clock& clock;
  const Duration period;
  const std::function<Status()> chore;
  std::mutex mutex;  // Held during a run, so that the destructor waits for it.
  bool stopped = false;
  Executor::TimerId timer = 0;
};

TidyTimer::TidyTimer(Executor& executor, const Clock& clock, Duration period, std::function<Status()> chore)
    : state_(std::make_shared<State>(executor, clock, period, std::move(chore))) {
  const std::lock_guard lock(state_->mutex);
  state_->Schedule();
}

TidyTimer::~TidyTimer() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->executor.Cancel(state_->timer);
}

}  // namespace oofgg::servers
