#pragma once

#include <chrono>
#include <string>

#include "net/http_message.h"
#include "oofgg/auth/key_store.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/auth/token_verifier.h"

namespace oofgg::servers {

/// For how long others may keep the set. A withdrawn key is good with them for so long.
inline constexpr std::chrono::seconds kJwksMaxAge{60};

/// The page `/.well-known/jwks.json`: the set with its `ETag`, or 304 for who has it already (RFC 9110
/// section 13.1.2).
[[nodiscard]] net::HttpResponse JwksPage(const net::HttpRequest& request, const auth::Jwks& keys);

/// Takes over what `oofgg keys` did to the directory, or what time did to its keys: `verifier`, whose keys
/// are the published ones, first, so that nothing is signed with a key that nobody has. Cheap enough for each
/// second.
[[nodiscard]] Status FollowKeys(const std::string& directory, const Clock& clock,
                                auth::TokenVerifier& verifier, auth::TokenIssuer& issuer);

}  // namespace oofgg::servers
