#pragma once

#include <chrono>

#include "servers/cli/load/load_options.h"
#include "servers/cli/load/loopback.h"

namespace oofgg::load {

/// Whether anybody is there, before users are made: connects once, over UDP asks for a cookie. Waits at most
/// `patience`. kUnavailable that says what to start.
[[nodiscard]] Status Knock(const PresenceLoadOptions& options, const sockaddr_in& server,
                           std::chrono::milliseconds patience = std::chrono::seconds(3));

}  // namespace oofgg::load
