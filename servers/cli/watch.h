#pragma once

#include <chrono>
#include <csignal>
#include <mutex>
#include <optional>

#include "oofgg/status.h"

namespace oofgg::cli {

/// What a command that watches something waits for: enough answers, an error, Ctrl-C, or time.
/// Threads: made and waited for by the main one, before it starts any other, since SIGINT and SIGTERM are
/// blocked until the wait is over; `Count` and `Fail` from any.
class Watch {
 public:
  enum class End { kCounted, kTimeOver, kInterrupted };

  /// `wanted` 0: as many as come.
  explicit Watch(int wanted);
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  /// One answer more; the last one wanted ends the wait.
  void Count();
  void Fail(Status status);

  /// `patience` 0: for ever. After it a signal ends the program as usual.
  StatusOr<End> Wait(std::chrono::milliseconds patience);

 private:
  void Finish(Status status);

  std::mutex mutex_;
  int left_;
  std::optional<Status> result_;
  sigset_t signals_before_{};
  int ended_fd_ = -1;
  int signal_fd_ = -1;
};

}  // namespace oofgg::cli
