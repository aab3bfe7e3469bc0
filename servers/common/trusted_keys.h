#pragma once

#include <functional>

#include "oofgg/auth/token_verifier.h"

namespace oofgg::servers {

/// Has `verifier` trust `keys` and no others; then, if one that it trusted before is not among them, runs
/// `on_key_gone`, which may be empty: tokens are checked when a stream opens, so what those of that key
/// opened has to be ended by it. Not for two threads at once.
void TrustKeys(auth::TokenVerifier& verifier, auth::Jwks keys, const std::function<void()>& on_key_gone);

}  // namespace oofgg::servers
