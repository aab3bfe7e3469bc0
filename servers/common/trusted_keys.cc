#include "servers/common/trusted_keys.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

/// Under the same name there may be another key.
bool Holds(const auth::Jwks& keys, const auth::VerifyingKey& key) {
  const auth::VerifyingKey* const found = keys.Find(key.kid());
  return found != nullptr && *found == key;
}

}  // namespace

void TrustKeys(auth::TokenVerifier& verifier, auth::Jwks keys, const std::function<void()>& on_key_gone) {
  const std::shared_ptr<const auth::Jwks> before = verifier.keys();
  const bool all_stay = std::all_of(before->keys().begin(), before->keys().end(),
                                    [&](const auth::VerifyingKey& key) { return Holds(keys, key); });
  verifier.SetKeys(std::move(keys));
  if (all_stay || !on_key_gone) return;
  Log(LogLevel::kInfo, "keys", "a key is not trusted any more; whoever is connected has to come back");
  on_key_gone();
}

}  // namespace oofgg::servers
