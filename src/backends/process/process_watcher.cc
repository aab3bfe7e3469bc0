#include "backends/process/process_watcher.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <utility>

namespace oofgg::backends {
namespace {

constexpr std::chrono::milliseconds kReapAgain{100};

/// Reaps a child that has ended: its pid. 0 if it cannot be reaped yet, -1 if it is somebody else's child.
pid_t Reap(pid_t pid, int& status) {
  pid_t reaped = 0;
  do {
    reaped = waitpid(pid, &status, WNOHANG);
  } while (reaped < 0 && errno == EINTR);
  return reaped;
}

std::string HowItEnded(int status) {
  if (WIFEXITED(status)) return "exit status " + std::to_string(WEXITSTATUS(status));
  const int signal = WTERMSIG(status);
  return "signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
}

}  // namespace

ProcessWatcher::ProcessWatcher() : event_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  thread_ = std::thread([this] { Run(); });
}

ProcessWatcher::~ProcessWatcher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  Wake();
  thread_.join();
  for (const auto& [pid, watched] : watched_) close(watched.pidfd);
  close(event_fd_);
}

void ProcessWatcher::Wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(event_fd_, &one, sizeof one);  // Full means woken already.
}

Status ProcessWatcher::Watch(pid_t pid, OnEnd on_end) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) {
    if (errno == ESRCH) return MakeStatus(StatusCode::kNotFound, "the process has ended");
    return MakeStatus(StatusCode::kUnavailable,
                      std::string("cannot watch a process: ") + std::strerror(errno));
  }
  {
    const std::lock_guard lock(mutex_);
    watched_[pid] = {fd, std::move(on_end)};
  }
  Wake();
  return absl::OkStatus();
}

bool ProcessWatcher::Signal(pid_t pid, int signal) {
  const std::lock_guard lock(mutex_);
  if (!watched_.contains(pid)) return false;
  return kill(-pid, signal) == 0;
}

void ProcessWatcher::At(TimePoint when, std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    timers_.emplace(when, std::move(task));
  }
  Wake();
}

void ProcessWatcher::RunDueTimers() {
  while (true) {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (timers_.empty() || timers_.begin()->first > Clock::System().Now()) return;
      task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
    }
    task();
  }
}

/// Milliseconds until the first timer, rounded up; -1 without one.
int ProcessWatcher::Timeout() {
  if (timers_.empty()) return -1;
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first - Clock::System().Now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

void ProcessWatcher::OnPidfd(pid_t pid) {
  OnEnd on_end;
  {
    const std::lock_guard lock(mutex_);
    auto node = watched_.extract(pid);  // From here on nobody sends signals to this pid.
    if (node.empty()) return;
    close(node.mapped().pidfd);
    on_end = std::move(node.mapped().on_end);
  }
  int status = 0;
  const pid_t reaped = Reap(pid, status);
  if (reaped == 0) ReapLater(pid);
  on_end(reaped == pid ? HowItEnded(status) : "ended");
}

/// Who traces a process (a debugger, LeakSanitizer at its end) has its remains first, and we when that lets
/// go.
void ProcessWatcher::ReapLater(pid_t pid) {
  At(Clock::System().Now() + kReapAgain, [this, pid] {
    int status = 0;
    if (Reap(pid, status) == 0) ReapLater(pid);
  });
}

void ProcessWatcher::Run() {
  std::vector<pollfd> fds;
  std::vector<pid_t> pids;
  while (true) {
    fds.assign(1, pollfd{event_fd_, POLLIN, 0});
    pids.assign(1, 0);
    int timeout = -1;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      for (const auto& [pid, watched] : watched_) {
        fds.push_back({watched.pidfd, POLLIN, 0});
        pids.push_back(pid);
      }
      timeout = Timeout();
    }
    if (poll(fds.data(), fds.size(), timeout) > 0) {
      std::uint64_t drained = 0;
      if (fds[0].revents != 0) [[maybe_unused]]
        const ssize_t got = read(event_fd_, &drained, sizeof drained);
      for (std::size_t i = 1; i < fds.size(); ++i) {
        if (fds[i].revents != 0) OnPidfd(pids[i]);
      }
    }
    RunDueTimers();
  }
}

}  // namespace oofgg::backends
