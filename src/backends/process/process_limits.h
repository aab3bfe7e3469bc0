#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::backends {

/// What a game server may use. 0: no limit but ours.
struct ProcessLimits {
  std::uint64_t memory = 0;       ///< PROCESS_MEMORY, in bytes.
  std::uint32_t cpu_percent = 0;  ///< PROCESS_CPU_PERCENT; 100: one processor.
  std::uint32_t tasks = 0;        ///< PROCESS_TASKS: processes and threads.
  std::uint64_t open_files = 0;   ///< PROCESS_OPEN_FILES.
  bool core_dumps = false;        ///< PROCESS_CORE_DUMPS: as we may; else none.
  /// PROCESS_CGROUP: a directory of cgroup v2 in which we may make groups and which holds no process. Empty:
  /// the group that we are in.
  std::string cgroup{};
};

/// Puts processes under limits: those on memory, processor and tasks by cgroup v2, a group for each, where
/// that is allowed; if it is not, one warning says so, memory is limited by RLIMIT_DATA, and the other two
/// are not (docs/decisions/0050-limits-of-processes.md). Threads: one owner.
class LimitedProcesses {
 public:
  explicit LimitedProcesses(ProcessLimits limits);

  /// Limits a process of ours that has not become its program yet, and all that it will start. What cannot be
  /// limited is told to the log.
  void Limit(pid_t pid, std::string_view id) const;
  /// The server `id` has ended.
  void Forget(std::string_view id) const;

 private:
  [[nodiscard]] bool WantsGroups() const;
  [[nodiscard]] Status OpenGroups();
  [[nodiscard]] Status Group(pid_t pid, std::string_view id) const;
  [[nodiscard]] std::string PathOf(std::string_view id) const;

  const ProcessLimits limits_;
  std::string groups_;  // Where groups are made; empty: nowhere.
};

/// The directory of this process' own group; empty where cgroup v2 does not rule.
[[nodiscard]] std::string OwnCgroup();

}  // namespace oofgg::backends
