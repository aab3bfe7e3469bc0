#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "orchestration/fleet.h"

namespace oofgg::orchestration {

/// Which matches are played on a fleet. Of each list, empty means any.
struct FleetServes {
  std::vector<std::string> games;
  std::vector<std::string> modes;
  std::vector<std::string> regions;

  friend bool operator==(const FleetServes&, const FleetServes&) = default;
};

/// A fleet as its operator wrote it down.
struct FleetConfig {
  FleetOptions options;
  FleetServes serves;
};

/// What a match asks of a fleet; what its players did not agree on is empty.
struct FleetWish {
  std::string_view game;
  std::string_view mode;
  std::string_view region;
};

inline constexpr std::string_view kDefaultFleet = "default";

/// The fleet on which such a match is played: the one that serves it and says most about what it serves, the
/// first such of `fleets`; else `default`; null if there is none of that name. A fleet that says nothing
/// serves nothing by itself: it is asked for by name.
[[nodiscard]] const FleetConfig* ChooseFleet(const std::vector<FleetConfig>& fleets, const FleetWish& wish);

}  // namespace oofgg::orchestration
