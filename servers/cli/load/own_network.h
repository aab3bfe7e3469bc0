#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "oofgg/random.h"
#include "oofgg/status.h"

namespace oofgg::load {

/// Moves this process, and those it will start, into a network of its own that has nothing but loopback.
/// There no connection tracking of the machine's counts along, and nobody else has a port. Errors:
/// kPermissionDenied for who may not.
[[nodiscard]] Status EnterOwnNetwork();

/// So many ports of 127.0.0.1 on which nobody listens, none of which the kernel gives to clients, so that a
/// program that is started again finds its own free. Errors: kResourceExhausted.
[[nodiscard]] StatusOr<std::vector<std::uint16_t>> FreePorts(std::size_t count, RandomSource& random);

}  // namespace oofgg::load
