#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::auth {

/// What a key signs with. A key has exactly one algorithm, and a token is checked with its key's, so that
/// a token cannot choose (RFC 8725 section 3.1).
enum class KeyAlgorithm {
  kEdDsa,  ///< Ed25519: `EdDSA` of RFC 8037.
};

/// The algorithm's name in a token's `alg`.
[[nodiscard]] std::string_view AlgorithmName(KeyAlgorithm algorithm);

/// A key that verifies. Copies share it. Threads: safe.
class PublicKey {
 public:
  /// From the 32 bytes of RFC 8032. `kid` is the key's thumbprint unless given.
  /// kInvalidArgument if the length is wrong.
  [[nodiscard]] static StatusOr<PublicKey> FromEd25519(std::string_view raw, std::string_view kid = {});

  [[nodiscard]] KeyAlgorithm algorithm() const;
  /// What tokens call the key by.
  [[nodiscard]] const std::string& kid() const;
  /// RFC 7638 over SHA-256, base64url: the same wherever the key goes.
  [[nodiscard]] std::string Thumbprint() const;
  /// One object of a JWK set (RFC 7517), on one line.
  [[nodiscard]] std::string ToJwk() const;

  /// Whether `signature` is this key's for `message`. Never true for a signature of another form.
  [[nodiscard]] bool Verifies(std::string_view message, std::string_view signature) const;

 private:
  friend class SigningKey;
  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

  std::shared_ptr<const Impl> impl_;
};

/// A key that signs. Its `kid` is its thumbprint. Copies share it. Threads: safe.
class SigningKey {
 public:
  /// A new Ed25519 key from OpenSSL's generator.
  [[nodiscard]] static StatusOr<SigningKey> Generate();
  /// From the 32 secret bytes of RFC 8032.
  [[nodiscard]] static StatusOr<SigningKey> FromEd25519Seed(std::string_view seed);
  /// From an unencrypted PKCS #8 PEM, as `openssl genpkey -algorithm ed25519` writes.
  [[nodiscard]] static StatusOr<SigningKey> FromPem(std::string_view pem);

  /// Reads such a file. kFailedPrecondition if it is readable by group or others, kNotFound if absent.
  [[nodiscard]] static StatusOr<SigningKey> LoadFile(const std::string& path);
  /// Writes `path` with mode 0600, whole and synced or not at all. kAlreadyExists rather than replacing.
  [[nodiscard]] Status SaveFile(const std::string& path) const;

  [[nodiscard]] KeyAlgorithm algorithm() const { return public_key_.algorithm(); }
  [[nodiscard]] const std::string& kid() const { return public_key_.kid(); }
  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }
  /// The secret itself: for a file of mode 0600 and nowhere else.
  [[nodiscard]] StatusOr<std::string> ToPem() const;

  /// The signature of `message`, in the form that a JWS carries. The same each time for Ed25519.
  [[nodiscard]] StatusOr<std::string> Sign(std::string_view message) const;

 private:
  struct Impl;
  SigningKey(std::shared_ptr<const Impl> impl, PublicKey public_key)
      : impl_(std::move(impl)), public_key_(std::move(public_key)) {}

  std::shared_ptr<const Impl> impl_;
  PublicKey public_key_;
};

/// A set of public keys with distinct `kid`s (RFC 7517 section 5). A value; cheap to copy.
class Jwks {
 public:
  static constexpr std::size_t kMaxKeys = 64;
  static constexpr std::size_t kMaxBytes = 65536;  ///< Of JSON.

  Jwks() = default;
  /// kInvalidArgument if two keys have one `kid`, or there are more than kMaxKeys.
  [[nodiscard]] static StatusOr<Jwks> Of(std::vector<PublicKey> keys);

  /// Reads `{"keys":[…]}`. As RFC 7517 asks, keys of other types, curves or uses are passed over; a key of
  /// a kind we know must be right in every member. A private key in the set is refused, since it was
  /// published by mistake. A key without `kid` is known by its thumbprint. kInvalidArgument says which
  /// key is wrong, and how.
  [[nodiscard]] static StatusOr<Jwks> Parse(std::string_view json);
  [[nodiscard]] std::string ToJson() const;

  /// The key called `kid`, or null. Valid while this set lives.
  [[nodiscard]] const PublicKey* Find(std::string_view kid) const;
  [[nodiscard]] const std::vector<PublicKey>& keys() const { return keys_; }
  [[nodiscard]] bool empty() const { return keys_.empty(); }

 private:
  explicit Jwks(std::vector<PublicKey> keys) : keys_(std::move(keys)) {}

  std::vector<PublicKey> keys_;
};

/// Where a server gets the keys of those it trusts: a file here, a URL in a server that has an HTTP client.
/// Threads: safe. `Fetch` may block.
class JwksSource {
 public:
  virtual ~JwksSource() = default;
  [[nodiscard]] virtual StatusOr<Jwks> Fetch() = 0;
};

/// Reads the set from `path`. kNotFound or kPermissionDenied if it cannot be read, else as `Jwks::Parse`.
[[nodiscard]] StatusOr<Jwks> LoadJwksFile(const std::string& path);

/// Reads the file anew at each `Fetch`.
class FileJwksSource final : public JwksSource {
 public:
  explicit FileJwksSource(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] StatusOr<Jwks> Fetch() override { return LoadJwksFile(path_); }

 private:
  std::string path_;
};

}  // namespace oofgg::auth
