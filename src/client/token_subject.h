#pragma once

#include <string>
#include <string_view>

namespace oofgg::internal {

/// The `sub` of a JWT, not verified: for showing and storing whose session it is, never for trusting it.
/// Empty if the token is no JWT or has none.
[[nodiscard]] std::string SubjectOf(std::string_view access_token);

/// Likewise its `sid`: the login that it descends from.
[[nodiscard]] std::string SessionIdOf(std::string_view access_token);

}  // namespace oofgg::internal
