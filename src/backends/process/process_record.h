#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"
#include "orchestration/container_backend.h"

namespace oofgg::backends {

/// A game server's process, written down so that a later maker finds it again. A pid alone is used again by
/// the kernel; with the time of its start it names one process.
struct ProcessRecord {
  std::string id;
  std::string fleet;
  pid_t pid = 0;
  std::uint64_t start_time = 0;  ///< Field 22 of /proc/PID/stat: clock ticks after boot.
  std::string boot_id;           ///< Of the kernel's run that `start_time` counts in.
  std::uint16_t port = 0;
  std::uint16_t control_port = 0;

  friend bool operator==(const ProcessRecord&, const ProcessRecord&) = default;
};

/// Nothing if there is no such process, or only its zombie.
[[nodiscard]] std::optional<std::uint64_t> StartTimeOf(pid_t pid);
[[nodiscard]] std::string CurrentBootId();

/// Whether the very process of the record still runs.
[[nodiscard]] bool StillRuns(const ProcessRecord& record);

/// Records in a directory, one file each, mode 0600; written whole or not at all.
class ProcessRecords {
 public:
  explicit ProcessRecords(std::string directory) : directory_(std::move(directory)) {}

  /// Makes the directory if need be.
  [[nodiscard]] Status Prepare() const;
  [[nodiscard]] Status Write(const ProcessRecord& record) const;
  /// Of the logs of servers without a record, the newest `kKeptLogs` stay.
  void Erase(std::string_view id) const;
  /// All that can be read; what cannot is skipped.
  [[nodiscard]] std::vector<ProcessRecord> ReadAll() const;
  [[nodiscard]] std::string LogPath(std::string_view id) const;
  /// What was in it before.
  [[nodiscard]] std::string OldLogPath(std::string_view id) const;

  static constexpr std::size_t kKeptLogs = 32;

 private:
  void PruneLogs() const;
  [[nodiscard]] std::string PathOf(std::string_view id) const;
  std::string directory_;
};

}  // namespace oofgg::backends
