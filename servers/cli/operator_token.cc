#include "servers/cli/operator_token.h"

#include <algorithm>
#include <filesystem>

#include "oofgg/auth/key_store.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"

namespace oofgg::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kLifetime{60};
constexpr const char* kOperator = "operator";

/// A key store makes what is missing, which in a mistyped directory would be a key that nobody believes.
Status CheckHoldsKeys(const std::string& directory) {
  std::error_code error;
  const fs::directory_iterator files(directory, error);
  if (error) {
    const StatusCode code =
        error == std::errc::permission_denied ? StatusCode::kPermissionDenied : StatusCode::kNotFound;
    return MakeStatus(code, "--keys: cannot list " + directory + ": " + error.message());
  }
  const bool has_keys = std::any_of(begin(files), end(files), [](const fs::directory_entry& file) {
    return file.path().extension() == ".pem";
  });
  if (has_keys) return {};
  return MakeStatus(StatusCode::kNotFound,
                    "--keys: there are no keys in " + directory + "; name the --keys of oofgg-auth");
}

}  // namespace

StatusOr<std::unique_ptr<auth::TokenIssuer>> OpenIssuer(const OperatorKeys& keys,
                                                        std::chrono::seconds lifetime) {
  OOFGG_RETURN_IF_ERROR(CheckHoldsKeys(keys.directory));
  OOFGG_ASSIGN_OR_RETURN(const auto store, auth::KeyStore::Open(keys.directory));
  return std::make_unique<auth::TokenIssuer>(
      store.signing_key(), Clock::System(), RandomSource::System(),
      auth::TokenIssuerOptions{.issuer = keys.issuer, .lifetime = lifetime});
}

StatusOr<SessionTokens> SignOperatorTokens(const OperatorKeys& keys) {
  OOFGG_ASSIGN_OR_RETURN(const auto issuer, OpenIssuer(keys, kLifetime));
  OOFGG_ASSIGN_OR_RETURN(std::string token,
                         issuer->Issue({.user_id = kOperator, .role = "admin", .session_id = kOperator}));
  return SessionTokens{.user_id = kOperator,
                       .access_token = std::move(token),
                       .expires_at = Clock::System().WallNow() + kLifetime};
}

}  // namespace oofgg::cli
