#pragma once

#include <string>
#include <string_view>

namespace oofgg {

/// Where a peer comes from, for limits: an IPv4 address, or the /64 of an IPv6 one, since that is what one
/// household or one attacker has. `address` is one without port and brackets, IPv4-mapped or not.
[[nodiscard]] std::string AddressGroup(std::string_view address);

}  // namespace oofgg
