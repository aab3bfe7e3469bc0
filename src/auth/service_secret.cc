#include "auth/service_secret.h"

#include "auth/digest.h"
#include "base/constant_time.h"
#include "base/encoding.h"

namespace oofgg::auth {
namespace {

constexpr std::string_view kPrefix = "oofgg_service_";
constexpr std::size_t kIdLength = 36;
constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kSessionBytes = 12;

}  // namespace

std::optional<ServiceSecret> ParseServiceSecret(std::string_view credential) {
  if (credential.substr(0, kPrefix.size()) != kPrefix) return std::nullopt;
  credential.remove_prefix(kPrefix.size());
  if (credential.size() <= kIdLength || credential[kIdLength] != '_') return std::nullopt;
  const std::string_view secret = credential.substr(kIdLength + 1);
  const auto bytes = base::Base64UrlDecode(secret);
  if (!bytes.has_value() || bytes->size() != kSecretBytes) return std::nullopt;
  return ServiceSecret{std::string(credential.substr(0, kIdLength)), std::string(secret)};
}

std::string PrintServiceSecret(const ServiceSecret& secret) {
  return std::string(kPrefix) + secret.id + '_' + secret.secret;
}

std::string ServiceSessionId(std::string_view credential_id, std::string_view secret_hash) {
  const std::string digest = Sha256("oofgg service session v1" + std::string(secret_hash));
  return std::string(credential_id) + '.' + base::Base64UrlEncode(digest.substr(0, kSessionBytes));
}

std::string_view CredentialIdOf(std::string_view session_id) {
  return session_id.substr(0, session_id.find('.'));
}

bool IsLive(const ServiceCredential& credential, std::string_view session_id) {
  if (credential.revoked) return false;
  if (session_id == ServiceSessionId(credential.id, credential.secret_hash)) return true;
  return credential.former_until != WallTime{} &&
         session_id == ServiceSessionId(credential.id, credential.former_hash);
}

std::string NewServiceSecret(RandomSource& random) {
  return base::Base64UrlEncode(random.Bytes(kSecretBytes));
}

bool Opens(const ServiceCredential& credential, std::string_view secret, WallTime now) {
  const std::string hash = Sha256(secret);
  const bool is_present = base::ConstantTimeEquals(hash, credential.secret_hash);
  const bool is_former =
      base::ConstantTimeEquals(hash, credential.former_hash) && now < credential.former_until;
  const bool has_ended =
      credential.revoked || (credential.expires_at != WallTime{} && now >= credential.expires_at);
  return (is_present || is_former) && !has_ended;
}

}  // namespace oofgg::auth
