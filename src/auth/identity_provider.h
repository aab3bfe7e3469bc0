#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::auth {

/// Who somebody is to an identity provider.
struct ExternalIdentity {
  std::string subject;   ///< Never changes, never given to another.
  std::string username;  ///< What they are called there; may change, may be empty.
  std::string email{};   ///< Only if the provider has verified it.
};

/// An account system elsewhere: Twitch now, Steam and OpenID Connect later.
/// Threads: safe. `Verify` may block on the network, for seconds at most.
class IdentityProvider {
 public:
  virtual ~IdentityProvider() = default;

  /// As in `Identity::provider`.
  [[nodiscard]] virtual std::string name() const = 0;

  /// What our application is called there: credentials made for another are refused.
  [[nodiscard]] virtual std::string audience() const = 0;

  /// Whose credential this is, made for our application and no other.
  /// kUnauthenticated: not a good one; kUnavailable: the provider cannot be asked now.
  [[nodiscard]] virtual StatusOr<ExternalIdentity> Verify(const std::string& credential) = 0;
};

}  // namespace oofgg::auth
