#include "servers/cli/watch.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <utility>

namespace oofgg::cli {
namespace {

using SteadyClock = std::chrono::steady_clock;

int PollTimeout(std::optional<SteadyClock::time_point> deadline) {
  if (!deadline.has_value()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - SteadyClock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, (std::numeric_limits<int>::max)()));
}

}  // namespace

Watch::Watch(int wanted) : left_(wanted), ended_fd_(eventfd(0, EFD_CLOEXEC)) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGINT);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, &signals_before_);
  signal_fd_ = signalfd(-1, &stop, SFD_CLOEXEC);
}

Watch::~Watch() {
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
  close(ended_fd_);
  close(signal_fd_);
}

void Watch::Count() {
  const std::lock_guard lock(mutex_);
  if (left_ > 0 && --left_ == 0) Finish({});
}

void Watch::Fail(Status status) {
  const std::lock_guard lock(mutex_);
  Finish(std::move(status));
}

void Watch::Finish(Status status) {
  if (!result_.has_value()) result_ = std::move(status);
  eventfd_write(ended_fd_, 1);
}

StatusOr<Watch::End> Watch::Wait(std::chrono::milliseconds patience) {
  std::optional<SteadyClock::time_point> deadline;
  if (patience.count() > 0) deadline = SteadyClock::now() + patience;
  std::array<pollfd, 2> watched{pollfd{ended_fd_, POLLIN, 0}, pollfd{signal_fd_, POLLIN, 0}};
  while (poll(watched.data(), watched.size(), PollTimeout(deadline)) < 0 && errno == EINTR) {
  }
  signalfd_siginfo taken{};
  const bool interrupted = watched[1].revents != 0 && read(signal_fd_, &taken, sizeof taken) > 0;
  pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
  const std::lock_guard lock(mutex_);
  if (result_.has_value()) return result_->ok() ? StatusOr<End>(End::kCounted) : StatusOr<End>(*result_);
  return interrupted ? End::kInterrupted : End::kTimeOver;
}

}  // namespace oofgg::cli
