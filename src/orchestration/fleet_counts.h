#pragma once

#include <atomic>
#include <cstdint>

namespace oofgg::orchestration {

/// What became of a fleet's servers and players at the hands of this worker, since its process began. Counted
/// by the fleet, read by whoever shows it. Threads: safe.
struct FleetCounts {
  std::atomic<std::uint64_t> starts{0};         ///< Of servers, whatever came of them.
  std::atomic<std::uint64_t> failed_starts{0};  ///< Of those, the ones that never answered.
  std::atomic<std::uint64_t> stops{0};          ///< Servers that were told to stop: idle, drained, sick.
  std::atomic<std::uint64_t> lost{0};           ///< Servers that ended without being told to.
  std::atomic<std::uint64_t> falls{0};          ///< Times that a server fell sick: it got no more players.
  std::atomic<std::uint64_t> seated{0};         ///< Requests whose seats a server confirmed.
  std::atomic<std::uint64_t> reseated{0};       ///< Requests put in line again, as their server was gone.
};

}  // namespace oofgg::orchestration
