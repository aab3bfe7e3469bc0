#pragma once

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::storage::redis {

/// A bell that `poll` can wait for beside a socket. Made when its owner is, as it needs a file descriptor and
/// ends the program where there is none. Threads: safe.
class Bell {
 public:
  Bell();
  ~Bell();
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;

  void Ring();
  /// Forgets that it rang.
  void Silence();
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// What `poll` takes for the time until `moment`, rounded up: -1 at kNever.
[[nodiscard]] int PollTimeout(TimePoint now, TimePoint moment);

/// Waits until `fd` has one of `events`. kDeadlineExceeded at `deadline`; kCancelled if `stop` rings.
[[nodiscard]] Status WaitFor(int fd, short events, TimePoint deadline, const Bell& stop);

}  // namespace oofgg::storage::redis
