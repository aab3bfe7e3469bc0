#include "servers/maker/process_settings.h"

namespace oofgg::servers {
namespace {

constexpr std::int64_t kMostMib = std::int64_t{1} << 24;  // 16 TiB.

std::uint64_t Bytes(std::int64_t mib) { return static_cast<std::uint64_t>(mib) << 20; }

}  // namespace

void AddProcessFlags(Flags& flags, ProcessSettings& settings) {
  flags.AddCustom({.name = "process-ports",
                   .help = "Ports of game servers, as 20000-20999; each takes two",
                   .variable = "PROCESS_PORTS",
                   .value = "FIRST-LAST"},
                  "10000 up to the ports of outgoing connections",
                  [&settings](std::string_view text) -> Status {
                    OOFGG_ASSIGN_OR_RETURN(settings.ports, backends::ParsePortRange(text));
                    return {};
                  });
  flags.Add({.name = "process-memory",
             .help = "Memory of a game server, in MiB; 0: no limit",
             .variable = "PROCESS_MEMORY"},
            &settings.memory_mib, 0, kMostMib);
  flags.Add({.name = "process-cpu-percent",
             .help = "Processor time of a game server; 100: one processor, 0: no limit",
             .variable = "PROCESS_CPU_PERCENT"},
            &settings.cpu_percent, 0, 100'000);
  flags.Add({.name = "process-tasks",
             .help = "Processes and threads of a game server; 0: no limit",
             .variable = "PROCESS_TASKS"},
            &settings.tasks, 0, 1'000'000);
  flags.Add({.name = "process-open-files",
             .help = "Open files of a game server; 0: as many as the maker",
             .variable = "PROCESS_OPEN_FILES"},
            &settings.open_files, 0, 1'000'000);
  flags.Add({.name = "process-core-dumps",
             .help = "Game servers that crash leave a core dump",
             .variable = "PROCESS_CORE_DUMPS"},
            &settings.core_dumps);
  flags.Add({.name = "process-cgroup",
             .help = "A directory of cgroup v2 for groups of game servers; none: the maker's own",
             .variable = "PROCESS_CGROUP",
             .value = "DIR"},
            &settings.cgroup);
  flags.Add({.name = "process-log-size",
             .help = "Output kept of a game server, in MiB, and as much of what came before; 0: all",
             .variable = "PROCESS_LOG_SIZE"},
            &settings.log_mib, 0, kMostMib);
}

void Apply(const ProcessSettings& settings, backends::ProcessBackendOptions& options) {
  options.ports = settings.ports;
  options.limits = {.memory = Bytes(settings.memory_mib),
                    .cpu_percent = static_cast<std::uint32_t>(settings.cpu_percent),
                    .tasks = static_cast<std::uint32_t>(settings.tasks),
                    .open_files = static_cast<std::uint64_t>(settings.open_files),
                    .core_dumps = settings.core_dumps,
                    .cgroup = settings.cgroup};
  options.log_bytes = Bytes(settings.log_mib);
}

}  // namespace oofgg::servers
