#include "servers/cli/times.h"

#include <array>
#include <chrono>

namespace oofgg::cli {

std::string FormatDistance(WallTime time, WallTime now) {
  struct Unit {
    std::int64_t seconds;
    const char* name;
  };
  constexpr std::array<Unit, 3> kUnits = {{{86400, " days"}, {3600, " h"}, {60, " min"}}};
  const auto distance = std::chrono::round<std::chrono::seconds>(time - now).count();
  const std::int64_t length = distance < 0 ? -distance : distance;
  std::string text = std::to_string(length) + " s";
  for (const Unit& unit : kUnits) {
    if (length < 2 * unit.seconds) continue;
    text = std::to_string(length / unit.seconds) + unit.name;
    break;
  }
  return distance < 0 ? text + " ago" : "in " + text;
}

}  // namespace oofgg::cli
