#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oofgg/random.h"
#include "oofgg/status.h"
#include "presence/instances/instance_bus.h"

namespace oofgg::presence {

/// kUnavailable, for a client that is to connect to `address` instead.
[[nodiscard]] Status SentElsewhere(const std::string& address);
/// Where the status sends its client; nothing if it does not.
[[nodiscard]] std::optional<std::string> SentWhere(const Status& status);

/// Where a client had better go, if `own` is overfull: over four fifths of what it takes, and another clearly
/// less. Of two that fit, drawn at random, the emptier, so that not all go to one (Mitzenmacher, "The Power
/// of Two Choices", 2001).
[[nodiscard]] std::optional<std::string> LighterInstance(const LeaseRecord& own,
                                                         const std::vector<LeaseRecord>& others,
                                                         RandomSource& random);
/// The same for clients of one that leaves, whatever its load.
[[nodiscard]] std::optional<std::string> NextInstance(const std::vector<LeaseRecord>& others,
                                                      RandomSource& random);

}  // namespace oofgg::presence
