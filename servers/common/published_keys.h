#pragma once

#include <chrono>
#include <functional>
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

/// Takes over what `oofgg keys` did to a directory, or what time did to its keys.
/// Threads: one at a time. All that it is made of outlives it.
class KeyFollower {
 public:
  /// `on_key_gone` runs when a key has left the published set; empty: nothing.
  KeyFollower(std::string directory, const Clock& clock, auth::TokenVerifier& verifier,
              auth::TokenIssuer& issuer, std::function<void()> on_key_gone = {});

  /// Looks now: `verifier`, whose keys are the published ones, goes first, so that nothing is signed with a
  /// key that nobody has. Where the directory is empty or cannot be used, the last keys serve on, and one
  /// warning says why until it is right again. Cheap enough for each second.
  void Follow();

 private:
  [[nodiscard]] Status TakeOver();

  const std::string directory_;
  const Clock& clock_;
  auth::TokenVerifier& verifier_;
  auth::TokenIssuer& issuer_;
  const std::function<void()> on_key_gone_;
  bool failing_ = false;
};

}  // namespace oofgg::servers
