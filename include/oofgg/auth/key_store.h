#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oofgg/auth/jwks.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// A server's own keys in a directory (`--keys DIR`): every `*.pem` is a signing key, of which the last by
/// name signs and all are published; `NAME.secret` is a symmetric secret. What is missing is made, files with
/// mode 0600, the directory and its parents with 0700; there are no default secrets. Several processes may
/// open one directory, even at once.
///
/// Errors: kFailedPrecondition if a private key is readable, or the directory writable, by group or
/// others (the message names the chmod that helps), or a file is not such a key; kPermissionDenied,
/// kUnavailable by what the file system says.
/// Threads: a value; `Secret` is safe from any thread.
class KeyStore {
 public:
  [[nodiscard]] static StatusOr<KeyStore> Open(const std::string& directory);

  /// Signs from now on.
  [[nodiscard]] const SigningKey& signing_key() const { return keys_.back(); }
  /// All that tokens may be signed with, for publication.
  [[nodiscard]] const Jwks& public_keys() const { return public_keys_; }

  /// The 32 secret bytes called `name` (lower-case letters, digits and `-`), made at the first call.
  [[nodiscard]] StatusOr<std::string> Secret(std::string_view name) const;

 private:
  KeyStore(std::string directory, std::vector<SigningKey> keys, Jwks public_keys)
      : directory_(std::move(directory)), keys_(std::move(keys)), public_keys_(std::move(public_keys)) {}

  std::string directory_;
  std::vector<SigningKey> keys_;  // Never empty.
  Jwks public_keys_;
};

}  // namespace oofgg::auth
