#pragma once

#include <cstdint>

#include "servers/cli/load/friend_graph.h"
#include "servers/cli/load/load_options.h"

// What a run is made of, as its options have it.
namespace oofgg::load {

/// Each step's users are friends among themselves, so that at each step everybody's friends are there.
[[nodiscard]] FriendGraph BuildGraph(const PresenceLoadOptions& options);

/// As many processes as it takes for their descriptors, of which this one gets all it can have.
[[nodiscard]] std::uint32_t WorkersFor(const PresenceLoadOptions& options);

/// Errors: kInvalidArgument when so many instances cannot take all connections, each having all the
/// descriptors that a process can have but those it keeps for other things; says how many can.
[[nodiscard]] Status CheckCapacity(const PresenceLoadOptions& options, std::uint32_t descriptors);
/// Raises what this process, and those it starts, may have to all they can have, and says how many.
std::uint32_t RaiseDescriptors();

/// How many connect from each address.
[[nodiscard]] std::uint32_t PerAddress(const PresenceLoadOptions& options, const FriendGraph& graph);

/// The id of the first user. By the clock if the options do not say, as who was online in a run that ended
/// just now may still be: over UDP for half a minute.
[[nodiscard]] std::uint64_t FirstId(const PresenceLoadOptions& options);

}  // namespace oofgg::load
