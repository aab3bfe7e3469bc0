#pragma once

#include <cstdint>
#include <set>
#include <string_view>
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

/// PROCESS_PORTS: ports that an operator has set aside for game servers, such as those a firewall lets
/// through.
struct PortRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  ///< Among them.

  friend bool operator==(const PortRange&, const PortRange&) = default;
};

/// `20000-20999`: two ports at least, from 1 on. Errors: kInvalidArgument naming PROCESS_PORTS.
[[nodiscard]] StatusOr<PortRange> ParsePortRange(std::string_view text);

/// Two ports that were free on all interfaces a moment ago, for TCP and UDP, for {port} and {control_port}.
/// They lie below `ephemeral`, if there is room: a port of that range may go to an outgoing connection
/// between this call and the game server's bind. Errors: kUnavailable.
[[nodiscard]] StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPorts(
    RandomSource& random, EphemeralRange ephemeral = ReadEphemeralRange());

/// The same of a range, but for `taken`, which servers have that may not have bound them yet. Errors:
/// kResourceExhausted.
[[nodiscard]] StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPortsOf(
    PortRange range, const std::set<std::uint16_t>& taken, RandomSource& random);

}  // namespace oofgg::backends
