#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/credential_store.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"

namespace oofgg::auth {

/// A service credential as it is given out: `oofgg_service_ID_SECRET`. The prefix lets scanners of
/// repositories find one that leaked.
struct ServiceSecret {
  std::string id;
  std::string secret;
};

/// Nothing if it is not of that form.
[[nodiscard]] std::optional<ServiceSecret> ParseServiceSecret(std::string_view credential);
[[nodiscard]] std::string PrintServiceSecret(const ServiceSecret& secret);

/// The `sid` of the access tokens that the secret with this hash opens. Each secret has its own, so that its
/// tokens can be ended without those of its successor.
[[nodiscard]] std::string ServiceSessionId(std::string_view credential_id, std::string_view secret_hash);
/// The id of the credential whose `sid` this may be.
[[nodiscard]] std::string_view CredentialIdOf(std::string_view session_id);
/// Whether tokens with this `sid` are to be believed, those of a former secret for as long as they live
/// unless it ended at once.
[[nodiscard]] bool IsLive(const ServiceCredential& credential, std::string_view session_id);

/// 256 random bits, printable.
[[nodiscard]] std::string NewServiceSecret(RandomSource& random);

/// Whether `secret` opens the credential now. Takes the same time for every wrong one.
[[nodiscard]] bool Opens(const ServiceCredential& credential, std::string_view secret, WallTime now);

}  // namespace oofgg::auth
