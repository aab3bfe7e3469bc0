#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::orchestration {

/// What an operator has ordered of a fleet, over what its configuration says. Holds until something else is
/// ordered, whatever becomes of makers meanwhile.
struct FleetOrders {
  std::optional<std::size_t> min_ready{};
  std::optional<std::size_t> max{};
  std::optional<std::string> image{};
  std::optional<std::string> command{};
  /// Servers that take no new players; they stop when empty, or at this moment. `kNoDeadline`: only then.
  std::map<std::string, WallTime> draining{};
  std::uint64_t version = 0;  ///< Of the store; 0: nothing was ever ordered.

  static constexpr WallTime kNoDeadline = WallTime::max();

  friend bool operator==(const FleetOrders&, const FleetOrders&) = default;
};

/// As text, for stores; without the version.
[[nodiscard]] std::string EncodeOrders(const FleetOrders& orders);
/// kInternal for what `EncodeOrders` did not write.
[[nodiscard]] StatusOr<FleetOrders> DecodeOrders(std::string_view text);

/// How fast a fleet works, as its worker told last. For those in line.
struct FleetPace {
  double requests_per_second = 0;          ///< That were seated, over the last minute.
  std::size_t coming_seats = 0;            ///< On servers that are being started.
  std::chrono::milliseconds start_time{};  ///< That such a start takes; 0: not known.
  WallTime told{};
  std::string trouble{};  ///< Why the last server did not start; empty once one did.

  friend bool operator==(const FleetPace&, const FleetPace&) = default;
};

[[nodiscard]] std::string EncodePace(const FleetPace& pace);
[[nodiscard]] StatusOr<FleetPace> DecodePace(std::string_view text);

/// How long whoever stands at `position` in line (from 1) is likely to wait; nothing where nothing is known:
/// no word for a minute, or nobody was seated in the last one and no server is on its way that has a seat for
/// them.
[[nodiscard]] std::optional<std::chrono::seconds> EstimateWait(const FleetPace& pace, std::uint64_t position,
                                                               WallTime now);

}  // namespace oofgg::orchestration
