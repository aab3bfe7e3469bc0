#pragma once

#include <string>
#include <string_view>
#include <vector>

/// Where a fleet's requests are in Redis. All of a fleet share one hash tag, so that a script is one step in
/// a cluster too, and fleets spread over its nodes.
namespace oofgg::storage::request_keys {

/// Hash: id → row.
[[nodiscard]] std::string Rows(std::string_view fleet);
/// Sorted set of the ids in line, by place.
[[nodiscard]] std::string Line(std::string_view fleet);
/// Sorted set of seats that were released here and may be held there: players owned by their server.
[[nodiscard]] std::string Released(std::string_view fleet);

/// Channel: what others should look at; the scripts tell. The first byte says what it is (fleet_news.h).
[[nodiscard]] std::string News(std::string_view fleet);

/// Hash: servers that were started here → 'open', or 'closed'.
[[nodiscard]] std::string Servers(std::string_view fleet);

/// Hash: the worker that has the fleet, and its word; it expires with the lease.
[[nodiscard]] std::string Owner(std::string_view fleet);
/// Hash: name → registration of a game server that registered itself.
[[nodiscard]] std::string Registered(std::string_view fleet);
/// Hash: what operators ordered of the fleet; and what its worker tells of its pace.
[[nodiscard]] std::string Orders(std::string_view fleet);
[[nodiscard]] std::string Pace(std::string_view fleet);

/// All that scripts read and write, in the order of their KEYS.
[[nodiscard]] std::vector<std::string> Of(std::string_view fleet);

}  // namespace oofgg::storage::request_keys
