#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::load {

/// What processes have cost until now, by /proc. Bytes and seconds.
struct ProcessCost {
  std::uint64_t rss_bytes = 0;
  std::uint64_t pss_bytes = 0;        ///< Of pages that are shared, its part.
  std::uint64_t private_bytes = 0;    ///< Pages that nobody else has.
  std::uint64_t anonymous_bytes = 0;  ///< Heap and stacks.
  double user_seconds = 0;
  double system_seconds = 0;

  [[nodiscard]] double cpu_seconds() const { return user_seconds + system_seconds; }
};

/// Of all of them together. Errors: kNotFound, kPermissionDenied, that name the process.
[[nodiscard]] StatusOr<ProcessCost> ReadCost(std::span<const pid_t> pids);

/// The kernel's, of the whole machine, hence of both ends of each connection; 0 for what it does not tell.
struct KernelMemory {
  std::uint64_t tcp_bytes = 0;
  std::uint64_t udp_bytes = 0;
  std::uint64_t slab_bytes = 0;
};
[[nodiscard]] KernelMemory ReadKernelMemory();

/// Packets that the machine has thrown away since its start, for want of room in the queue to the processor
/// that was to take them; loopback's among them.
[[nodiscard]] std::uint64_t ReadDroppedPackets();
/// The same from the text of /proc/net/softnet_stat. For tests.
[[nodiscard]] std::uint64_t DroppedPackets(const std::string& softnet);

/// `name` and the number behind it, as `Rss:  12 kB` or `mem 3`; 0 if it is not there. For tests.
[[nodiscard]] std::uint64_t NumberBehind(std::string_view text, std::string_view name);

}  // namespace oofgg::load
