#pragma once

#include <string>

namespace oofgg::base {

/// Whether `text` can be told to somebody as a host to connect to: a name, or an IPv4 or IPv6 address,
/// without brackets. A name has labels of letters, digits and hyphens inside (RFC 1123, 2.1), and
/// underscores, since containers are called so; it may end with the root's dot.
[[nodiscard]] bool IsHost(const std::string& text);

}  // namespace oofgg::base
