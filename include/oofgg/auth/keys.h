#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::auth {

/// What a key signs with. A key has exactly one algorithm, and a token is checked with its key's, so that
/// a token cannot choose (RFC 8725 section 3.1).
enum class KeyAlgorithm {
  kEdDsa,  ///< Ed25519: `EdDSA` of RFC 8037. Ours unless told otherwise.
  kEs256,  ///< ECDSA over P-256 with SHA-256 (RFC 7518 section 3.4).
  kHs256,  ///< HMAC with SHA-256 (RFC 7518 section 3.2): whoever verifies can sign. For legacy.
  kRs256,  ///< RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 section 3.3), of foreign issuers: verified only.
};

/// The algorithm's name in a token's `alg`.
[[nodiscard]] std::string_view AlgorithmName(KeyAlgorithm algorithm);
/// Whether there is an algorithm of that name.
[[nodiscard]] bool IsAlgorithmOfOurs(std::string_view name);

/// A key that verifies: the public half of a pair, or the secret of an HMAC. Copies share it. Threads: safe.
/// `kid` is the key's thumbprint unless given. Errors: kInvalidArgument that says what a key must be.
class VerifyingKey {
 public:
  /// From the 32 bytes of RFC 8032.
  [[nodiscard]] static StatusOr<VerifyingKey> FromEd25519(std::string_view raw, std::string_view kid = {});
  /// From a point of P-256: both coordinates as 32 bytes, the highest first.
  [[nodiscard]] static StatusOr<VerifyingKey> FromP256(std::string_view x, std::string_view y,
                                                       std::string_view kid = {});
  /// From unsigned integers, the highest byte first and not 0: an odd modulus of 2048 to 8192 bits, an odd
  /// exponent from 3 to 2^32 - 1 (a larger one costs whoever verifies).
  [[nodiscard]] static StatusOr<VerifyingKey> FromRsa(std::string_view modulus, std::string_view exponent,
                                                      std::string_view kid = {});
  /// From a secret of 32 to 512 bytes. A shorter one could be found by trying (RFC 7518 section 3.2).
  [[nodiscard]] static StatusOr<VerifyingKey> FromSecret(std::string_view secret, std::string_view kid = {});

  [[nodiscard]] KeyAlgorithm algorithm() const;
  /// Whether it must not be published.
  [[nodiscard]] bool is_secret() const { return algorithm() == KeyAlgorithm::kHs256; }
  /// What tokens call the key by.
  [[nodiscard]] const std::string& kid() const;
  /// RFC 7638 over SHA-256, base64url: the same wherever the key goes.
  [[nodiscard]] const std::string& Thumbprint() const;
  /// One object of a JWK set (RFC 7517), on one line. Empty for a secret.
  [[nodiscard]] const std::string& ToJwk() const;

  /// Whether `signature` is this key's for `message`, in the form that a JWS carries. Never true for a
  /// signature of another form. ECDSA has two signatures for one (s and n - s); both are taken, as by
  /// everyone.
  [[nodiscard]] bool Verifies(std::string_view message, std::string_view signature) const;

  /// The same key under the same name.
  friend bool operator==(const VerifyingKey& a, const VerifyingKey& b) {
    return a.kid() == b.kid() && a.algorithm() == b.algorithm() && a.Thumbprint() == b.Thumbprint();
  }

 private:
  struct Impl;
  explicit VerifyingKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;
};

/// A key that signs. Its `kid` is its thumbprint. Copies share it. Threads: safe.
class SigningKey {
 public:
  /// A new key from OpenSSL's generator. kInvalidArgument for kRs256, which we do not sign with.
  [[nodiscard]] static StatusOr<SigningKey> Generate(KeyAlgorithm algorithm = KeyAlgorithm::kEdDsa);
  /// From the 32 secret bytes of RFC 8032.
  [[nodiscard]] static StatusOr<SigningKey> FromEd25519Seed(std::string_view seed);
  /// As `VerifyingKey::FromSecret`.
  [[nodiscard]] static StatusOr<SigningKey> FromSecret(std::string_view secret, std::string_view kid = {});
  /// From an unencrypted PKCS #8 PEM of an Ed25519 or P-256 key, as `openssl genpkey -algorithm ed25519`
  /// writes.
  [[nodiscard]] static StatusOr<SigningKey> FromPem(std::string_view pem);

  /// Reads such a file. kFailedPrecondition if it is readable by group or others, kNotFound if absent.
  [[nodiscard]] static StatusOr<SigningKey> LoadFile(const std::string& path);
  /// Writes `path` with mode 0600, whole and synced or not at all. kAlreadyExists rather than replacing.
  [[nodiscard]] Status SaveFile(const std::string& path) const;

  [[nodiscard]] KeyAlgorithm algorithm() const { return verifying_key_.algorithm(); }
  [[nodiscard]] const std::string& kid() const { return verifying_key_.kid(); }
  /// For HS256 the secret itself.
  [[nodiscard]] const VerifyingKey& verifying_key() const { return verifying_key_; }
  /// The secret itself: for a file of mode 0600 and nowhere else. kFailedPrecondition for HS256.
  [[nodiscard]] StatusOr<std::string> ToPem() const;

  /// The signature of `message`, in the form that a JWS carries. The same each time, but for ES256.
  [[nodiscard]] StatusOr<std::string> Sign(std::string_view message) const;

 private:
  struct Impl;
  SigningKey(std::shared_ptr<const Impl> impl, VerifyingKey verifying_key)
      : impl_(std::move(impl)), verifying_key_(std::move(verifying_key)) {}

  std::shared_ptr<const Impl> impl_;
  VerifyingKey verifying_key_;
};

}  // namespace oofgg::auth
