#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "oofgg/auth/token_issuer.h"
#include "oofgg/status.h"
#include "oofgg/token_store.h"

namespace oofgg::cli {

/// The auth server's own keys. Who can read them can sign whatever that server can: it is how the first admin
/// comes to be, and the way back in where there is none.
struct OperatorKeys {
  std::string directory;                      ///< The server's `--keys`.
  std::string issuer = auth::kDefaultIssuer;  ///< The server's `--issuer`.
};

/// What signs tokens as that server does. Errors as SignOperatorTokens.
[[nodiscard]] StatusOr<std::unique_ptr<auth::TokenIssuer>> OpenIssuer(const OperatorKeys& keys,
                                                                      std::chrono::seconds lifetime);

/// A session of role `admin` that ends after a minute, signed here; its user is `operator`, in the audit
/// trail too. Nothing is made or changed in the directory. kNotFound: there are no keys in it; else as
/// auth::KeyStore.
[[nodiscard]] StatusOr<SessionTokens> SignOperatorTokens(const OperatorKeys& keys);

}  // namespace oofgg::cli
