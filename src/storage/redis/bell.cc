#include "storage/redis/bell.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <limits>

namespace oofgg::storage::redis {

Bell::Bell() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) std::abort();  // Nobody could ever be woken.
}
Bell::~Bell() { close(fd_); }

void Bell::Ring() {
  const std::uint64_t one = 1;
  // It can only fail where it is ringing already.
  [[maybe_unused]] const ssize_t written = write(fd_, &one, sizeof one);
}

void Bell::Silence() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t got = read(fd_, &count, sizeof count);
}

int PollTimeout(TimePoint now, TimePoint moment) {
  if (moment == kNever) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(moment - now).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

Status WaitFor(int fd, short events, TimePoint deadline, const Bell& stop) {
  while (true) {
    std::array<pollfd, 2> watched{pollfd{fd, events, 0}, pollfd{stop.fd(), POLLIN, 0}};
    const int ready = poll(watched.data(), watched.size(), PollTimeout(Clock::System().Now(), deadline));
    if (ready == 0) return MakeStatus(StatusCode::kDeadlineExceeded, "it did not answer in time");
    if (ready < 0 && errno != EINTR) return MakeStatus(StatusCode::kInternal, "poll failed");
    if (watched[1].revents != 0)
      return MakeStatus(StatusCode::kCancelled, "the Redis client is shutting down");
    if (watched[0].revents != 0) return absl::OkStatus();
  }
}

}  // namespace oofgg::storage::redis
