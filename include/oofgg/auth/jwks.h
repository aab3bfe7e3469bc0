#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/auth/keys.h"
#include "oofgg/status.h"

namespace oofgg::auth {

struct JwksParseOptions {
  /// Takes symmetric keys, and of a private key its public half. For a file that its owner keeps secret; a
  /// set that was fetched or published must not hold either, since whoever read it could sign.
  bool allow_secrets = false;
  /// Takes one JWK in place of a set.
  bool allow_single_key = false;
};

/// A set of keys that verify, with distinct `kid`s (RFC 7517 section 5), of any of our algorithms. A value;
/// cheap to copy.
class Jwks {
 public:
  static constexpr std::size_t kMaxKeys = 64;
  static constexpr std::size_t kMaxBytes = 65536;  ///< Of JSON.

  Jwks() = default;
  /// kInvalidArgument if two keys have one `kid`, or there are more than kMaxKeys.
  [[nodiscard]] static StatusOr<Jwks> Of(std::vector<VerifyingKey> keys);

  /// Reads `{"keys":[…]}`. As RFC 7517 asks, keys of other types, curves, algorithms or uses are passed over;
  /// a key of a kind we know must be right in every member. A private or symmetric key is refused, unless
  /// allowed, since it was published by mistake. A key without `kid` is known by its thumbprint.
  /// kInvalidArgument says which key is wrong, and how.
  [[nodiscard]] static StatusOr<Jwks> Parse(std::string_view json, const JwksParseOptions& options = {});
  /// The set as it may be published: without symmetric keys.
  [[nodiscard]] std::string ToJson() const;

  /// The key called `kid`, or null. Valid while this set lives.
  [[nodiscard]] const VerifyingKey* Find(std::string_view kid) const;
  [[nodiscard]] const std::vector<VerifyingKey>& keys() const { return keys_; }
  [[nodiscard]] bool empty() const { return keys_.empty(); }

  friend bool operator==(const Jwks&, const Jwks&) = default;

 private:
  explicit Jwks(std::vector<VerifyingKey> keys) : keys_(std::move(keys)) {}

  std::vector<VerifyingKey> keys_;
};

/// Where a server gets the keys of those it trusts: a file here, a URL in a server that has an HTTP client.
/// Threads: safe. `Fetch` may block.
class JwksSource {
 public:
  virtual ~JwksSource() = default;
  [[nodiscard]] virtual StatusOr<Jwks> Fetch() = 0;
};

/// Reads the set from `path`. kNotFound or kPermissionDenied if it cannot be read, else as `Jwks::Parse`.
[[nodiscard]] StatusOr<Jwks> LoadJwksFile(const std::string& path, const JwksParseOptions& options = {});

/// Reads the file anew at each `Fetch`.
class FileJwksSource final : public JwksSource {
 public:
  explicit FileJwksSource(std::string path) : path_(std::move(path)) {}
  [[nodiscard]] StatusOr<Jwks> Fetch() override { return LoadJwksFile(path_); }

 private:
  std::string path_;
};

}  // namespace oofgg::auth
