#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "oofgg/auth/jwks.h"

namespace oofgg::auth {

/// One object of a JWK set. Nothing for a key that is to be passed over: of another type, curve, algorithm or
/// use. kInvalidArgument names `field`. See `Jwks::Parse`.
[[nodiscard]] StatusOr<std::optional<VerifyingKey>> ParseJwk(const nlohmann::json& jwk,
                                                             const std::string& field, bool allow_secrets);

}  // namespace oofgg::auth
