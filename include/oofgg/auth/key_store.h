#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/auth/jwks.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::auth {

/// A key's life. It is published from first to last but one, so that whoever caches the set has it before it
/// signs, and still has it while tokens of its live.
enum class KeyState {
  kPending,   ///< Signs later.
  kSigning,   ///< One at a time.
  kRetiring,  ///< Another signs; its tokens may live, for 24 h at most.
  kGone,      ///< Its last token is dead. The file goes at the next rotation.
};

/// The state's name for people and scripts, such as `pending`.
[[nodiscard]] std::string_view StateName(KeyState state);

struct StoredKey {
  SigningKey key;
  std::string file;  ///< Its name in the directory.
  KeyState state = KeyState::kPending;
  std::optional<WallTime> signs_from =
      {};  ///< None: a key without a time in its name, older than all others.
  std::optional<WallTime> published_to = {};  ///< Known once a successor is.
};

struct RotationOptions {
  KeyAlgorithm algorithm = KeyAlgorithm::kEdDsa;  ///< Or kEs256.
  /// From publication to the first signature: long enough for every verifier to fetch the set anew.
  std::chrono::seconds overlap{10 * 60};
};

/// A server's own keys in a directory (`--keys DIR`): every `*.pem` is a signing key, `NAME.secret` a
/// symmetric secret. A key's file says from when on it signs, `signing-20300101T000000Z-….pem`; of those
/// whose time has come, the last signs, and of keys without a time the last by name. There is no other state,
/// hence nothing that a crash could leave half done. What is missing is made, files with mode 0600, the
/// directory and its parents with 0700; there are no default secrets. Several processes may use one
/// directory, even at once.
///
/// Errors: kFailedPrecondition if a private key is readable, or the directory writable, by group or
/// others (the message names the chmod that helps), or a file is not such a key; kPermissionDenied,
/// kUnavailable by what the file system says.
/// Threads: a value, of the moment when it was opened; `Secret` is safe from any thread.
class KeyStore {
 public:
  [[nodiscard]] static StatusOr<KeyStore> Open(const std::string& directory,
                                               const Clock& clock = Clock::System());

  /// As `Open`, but makes nothing: kNotFound where there is no such directory, or no key in it.
  [[nodiscard]] static StatusOr<KeyStore> OpenExisting(const std::string& directory,
                                                       const Clock& clock = Clock::System());

  /// Signs from now on.
  [[nodiscard]] const SigningKey& signing_key() const { return keys_[signing_].key; }
  /// All that tokens may be signed with, for publication.
  [[nodiscard]] const Jwks& public_keys() const { return public_keys_; }
  /// All there are, the oldest first.
  [[nodiscard]] const std::vector<StoredKey>& keys() const { return keys_; }

  /// The 32 secret bytes called `name` (lower-case letters, digits and `-`), made at the first call.
  [[nodiscard]] StatusOr<std::string> Secret(std::string_view name) const;

  /// Adds a key to `directory`, which is pending until the overlap is over, and removes those that are gone.
  /// Nobody is logged out. kFailedPrecondition while another key is pending.
  [[nodiscard]] static StatusOr<StoredKey> Rotate(const std::string& directory,
                                                  const RotationOptions& options,
                                                  const Clock& clock = Clock::System());

  /// Removes the key called `kid` at once, for one that somebody else may have: its tokens die as fast as
  /// verifiers hear of it. If it signs, the pending key takes over at once, or without one, if `replace`, a
  /// new one of its algorithm does, else kFailedPrecondition. kNotFound without such a key.
  [[nodiscard]] static Status Retire(const std::string& directory, std::string_view kid, bool replace,
                                     const Clock& clock = Clock::System());

 private:
  KeyStore(std::string directory, std::vector<StoredKey> keys) noexcept
      : directory_(std::move(directory)), keys_(std::move(keys)) {}

  static StatusOr<KeyStore> OpenLocked(const std::string& directory, WallTime now);
  static StatusOr<KeyStore> Of(const std::string& directory, std::vector<StoredKey> keys, WallTime now);
  Status Judge(WallTime now);
  StatusOr<std::size_t> Add(KeyAlgorithm algorithm, WallTime signs_from);
  [[nodiscard]] std::string PathOf(const StoredKey& key) const { return directory_ + "/" + key.file; }

  std::string directory_;
  std::vector<StoredKey> keys_;  // Never empty.
  std::size_t signing_ = 0;
  Jwks public_keys_;
};

}  // namespace oofgg::auth
