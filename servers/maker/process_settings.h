#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "backends/process/process_backend.h"
#include "servers/common/flags.h"

namespace oofgg::servers {

/// What the process backend is told besides its command: ports, limits and logs of game servers.
struct ProcessSettings {
  std::optional<backends::PortRange> ports{};
  std::int64_t memory_mib = 0;
  std::int64_t cpu_percent = 0;
  std::int64_t tasks = 0;
  std::int64_t open_files = 0;
  bool core_dumps = false;
  std::string cgroup{};
  std::int64_t log_mib = 16;
};

void AddProcessFlags(Flags& flags, ProcessSettings& settings);

/// Fills in what `settings` say.
void Apply(const ProcessSettings& settings, backends::ProcessBackendOptions& options);

}  // namespace oofgg::servers
