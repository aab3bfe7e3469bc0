#pragma once

#include <cstdint>
#include <utility>

#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::backends {

/// The ports that the kernel gives to whoever connects without naming one, both ends among them.
struct EphemeralRange {
  std::uint16_t first = 32768;
  std::uint16_t last = 60999;
};

/// As this network namespace has it (net.ipv4.ip_local_port_range); Linux's default if it cannot be read.
[[nodiscard]] EphemeralRange ReadEphemeralRange();

/// Two ports that were free on all interfaces a moment ago, for TCP and UDP, for {port} and {control_port}.
/// They lie below `ephemeral`, if there is room: a port of that range may go to an outgoing connection
/// between this call and the game server's bind. Errors: kUnavailable.
[[nodiscard]] StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPorts(
    RandomSource& random, EphemeralRange ephemeral = ReadEphemeralRange());

}  // namespace oofgg::backends
