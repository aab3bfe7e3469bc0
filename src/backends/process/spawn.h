#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::backends {

/// A process of ours that has not become the program yet: it waits to be told, and ends if we end first. So
/// whoever writes its pid down before `Run` leaves no program running that nobody knows of.
class HeldProcess {
 public:
  HeldProcess(pid_t pid, int channel, std::string program)
      : pid_(pid), channel_(channel), program_(std::move(program)) {}
  HeldProcess(HeldProcess&& other) noexcept
      : pid_(other.pid_), channel_(std::exchange(other.channel_, -1)), program_(std::move(other.program_)) {}
  HeldProcess& operator=(HeldProcess&&) = delete;
  /// Unless it runs, ends it and reaps it; the program has then never run.
  ~HeldProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// Lets it become the program; returns when it has. Once. Errors: kFailedPrecondition (cannot be run),
  /// kUnavailable; then it has ended and is reaped.
  [[nodiscard]] Status Run();

 private:
  void Reap();

  pid_t pid_;
  int channel_;  // -1: it runs, or is reaped.
  std::string program_;
};

/// Makes a process in a session of its own, so that it neither gets our signals nor ends with us once it
/// runs. It gets `environment` and PATH, nothing of ours; stdin is empty, stdout and stderr are appended to
/// `log_path`, and every other descriptor is closed. Errors: kUnavailable.
[[nodiscard]] StatusOr<HeldProcess> Spawn(const std::vector<std::string>& command,
                                          const std::map<std::string, std::string>& environment,
                                          const std::string& log_path);

}  // namespace oofgg::backends
