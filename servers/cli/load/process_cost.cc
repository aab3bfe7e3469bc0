#include "servers/cli/load/process_cost.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <sstream>
#include <string>

namespace oofgg::load {
namespace {

constexpr std::uint64_t kKiB = 1024;

std::string ReadFile(const std::string& path) {
  const std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string_view LineOf(std::string_view text, std::string_view start) {
  const std::size_t at = text.find(start);
  return at == std::string_view::npos ? std::string_view() : text.substr(at, text.find('\n', at) - at);
}

void AddMemory(ProcessCost& cost, std::string_view rollup) {
  cost.rss_bytes += kKiB * NumberBehind(rollup, "\nRss:");
  cost.pss_bytes += kKiB * NumberBehind(rollup, "\nPss:");
  cost.private_bytes +=
      kKiB * (NumberBehind(rollup, "\nPrivate_Clean:") + NumberBehind(rollup, "\nPrivate_Dirty:"));
  cost.anonymous_bytes += kKiB * NumberBehind(rollup, "\nAnonymous:");
}

/// utime and stime are the 14th and 15th of proc(5), and the second is a name in parentheses.
void AddProcessorTime(ProcessCost& cost, const std::string& stat) {
  std::istringstream fields(stat.substr(stat.rfind(')') + 1));
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  cost.user_seconds += user / ticks;
  cost.system_seconds += system / ticks;
}

}  // namespace

std::uint64_t NumberBehind(std::string_view text, std::string_view name) {
  std::size_t at = text.find(name);
  if (at == std::string_view::npos) return 0;
  at = text.find_first_not_of(" \t", at + name.size());
  std::uint64_t number = 0;
  if (at != std::string_view::npos) std::from_chars(text.data() + at, text.data() + text.size(), number);
  return number;
}

StatusOr<ProcessCost> ReadCost(std::span<const pid_t> pids) {
  ProcessCost cost;
  for (const pid_t pid : pids) {
    const std::string folder = "/proc/" + std::to_string(pid);
    const std::string stat = ReadFile(folder + "/stat");
    if (stat.empty()) {
      return MakeStatus(StatusCode::kNotFound,
                        "--pid: there is no process " + std::to_string(pid) + "; name that of oofgg-game");
    }
    const std::string rollup = ReadFile(folder + "/smaps_rollup");
    if (rollup.empty()) {
      return MakeStatus(StatusCode::kPermissionDenied, "--pid: the memory of process " + std::to_string(pid) +
                                                           " may not be read; run as its user");
    }
    AddMemory(cost, rollup);
    AddProcessorTime(cost, stat);
  }
  return cost;
}

/// A line for each processor; the second number, hexadecimal as all of them, is of what was dropped.
std::uint64_t DroppedPackets(const std::string& softnet) {
  std::istringstream lines(softnet);
  std::uint64_t sum = 0;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::uint64_t processed = 0;
    std::uint64_t dropped = 0;
    if (fields >> std::hex >> processed >> dropped) sum += dropped;
  }
  return sum;
}

std::uint64_t ReadDroppedPackets() { return DroppedPackets(ReadFile("/proc/net/softnet_stat")); }

KernelMemory ReadKernelMemory() {
  const std::string sockets = ReadFile("/proc/net/sockstat");
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  KernelMemory memory;
  memory.tcp_bytes = page * NumberBehind(LineOf(sockets, "TCP:"), " mem ");
  memory.udp_bytes = page * NumberBehind(LineOf(sockets, "UDP:"), " mem ");
  memory.slab_bytes = kKiB * NumberBehind(ReadFile("/proc/meminfo"), "\nSlab:");
  return memory;
}

}  // namespace oofgg::load
