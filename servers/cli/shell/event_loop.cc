#include "servers/cli/shell/event_loop.h"

#include <poll.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace oofgg::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kLongest{1'000};  // Also how late a timer may be, which nobody here uses.

}  // namespace

bool EventLoop::ServeOnce(int fd, TimePoint deadline) {
  std::vector<pollfd> waited{{wake_up_.fd(), POLLIN, 0}, {fd, POLLIN, 0}};
  for (const auto& [each, on_readable] : watched_) waited.push_back({each, POLLIN, 0});
  milliseconds wait = kLongest;
  if (deadline != kNever) {
    wait = std::clamp(std::chrono::ceil<milliseconds>(deadline - Clock::System().Now()), milliseconds(0),
                      kLongest);
  }
  if (poll(waited.data(), waited.size(), static_cast<int>(wait.count())) <= 0) return false;
  if (waited[0].revents != 0) wake_up_.Clear();
  for (std::size_t i = 2; i < waited.size(); ++i) {
    // One that was served may have ended another.
    const auto found = waited[i].revents != 0 ? watched_.find(waited[i].fd) : watched_.end();
    if (found == watched_.end()) continue;
    const auto on_readable = found->second;
    on_readable();
  }
  while (tasks_.HasWork()) tasks_.Tick();
  return waited[1].revents != 0;
}

void EventLoop::WakingExecutor::Post(Task task) {
  loop_.tasks_.Post(std::move(task));
  loop_.Ring();
}

Executor::TimerId EventLoop::WakingExecutor::PostAt(TimePoint when, Task task) {
  return loop_.tasks_.PostAt(when, std::move(task));
}

bool EventLoop::WakingExecutor::Cancel(TimerId timer) { return loop_.tasks_.Cancel(timer); }

}  // namespace oofgg::cli
