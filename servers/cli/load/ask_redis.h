#pragma once

#include <netinet/in.h>

#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::load {

/// All that a Redis server, or a Sentinel, answers to one command, in RESP2; its words have no blanks in
/// them. Waits 2 s at most. Errors: kUnavailable.
[[nodiscard]] StatusOr<std::string> AskRedis(const sockaddr_in& server, std::string_view command);

}  // namespace oofgg::load
