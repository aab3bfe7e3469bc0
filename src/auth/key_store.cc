#include "oofgg/auth/key_store.h"

#include <algorithm>

#include "auth/key_file.h"
#include "auth/private_file.h"
#include "auth/token_claims.h"
#include "base/encoding.h"
#include "oofgg/random.h"

namespace oofgg::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxSecretFileBytes = 256;
constexpr const char* kFirstKeyName = "signing-0001.pem";
/// The longest life of an access token, and a minute for clocks that differ and for issuers that have yet to
/// notice that another key signs.
constexpr std::chrono::seconds kPublishedAfterwards = 24h + 1min;

bool IsOlder(const StoredKey& a, const StoredKey& b) {
  return std::pair(a.signs_from, a.file) < std::pair(b.signs_from, b.file);
}

StatusOr<std::vector<StoredKey>> LoadKeys(const std::string& directory) {
  OOFGG_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListKeyFiles(directory));
  std::vector<StoredKey> keys;
  for (const std::string& name : names) {
    std::string path = directory;
    path += '/';
    path += name;
    OOFGG_ASSIGN_OR_RETURN(SigningKey key, SigningKey::LoadFile(path));
    keys.push_back({.key = std::move(key), .file = name, .signs_from = TimeInKeyFileName(name)});
  }
  std::sort(keys.begin(), keys.end(), IsOlder);
  return keys;
}

bool IsSecretName(std::string_view name) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || c == '-'; };
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), fits);
}

/// The file holds base64url, with or without the newline that editors add.
StatusOr<std::string> LoadSecret(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(const std::string content, ReadPrivateFile(path, kMaxSecretFileBytes));
  std::string_view text = content;
  if (!text.empty() && text.back() == '\n') text.remove_suffix(1);
  const auto secret = base::Base64UrlDecode(text);
  if (!secret.has_value() || secret->size() != kSecretBytes) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      path + " is not 32 bytes in base64url without padding");
  }
  return *secret;
}

}  // namespace

std::string_view StateName(KeyState state) {
  switch (state) {
    case KeyState::kPending:
      return "pending";
    case KeyState::kSigning:
      return "signing";
    case KeyState::kRetiring:
      return "retiring";
    case KeyState::kGone:
      return "gone";
  }
  return "";
}

StatusOr<KeyStore> KeyStore::Open(const std::string& directory, const Clock& clock) {
  OOFGG_RETURN_IF_ERROR(EnsurePrivateDirectory(directory));
  OOFGG_ASSIGN_OR_RETURN(const DirectoryLock lock, DirectoryLock::Take(directory));
  return OpenLocked(directory, clock.WallNow());
}

StatusOr<KeyStore> KeyStore::OpenLocked(const std::string& directory, WallTime now) {
  OOFGG_ASSIGN_OR_RETURN(std::vector<StoredKey> keys, LoadKeys(directory));
  if (keys.empty()) {
    OOFGG_ASSIGN_OR_RETURN(SigningKey key, SigningKey::Generate());
    OOFGG_RETURN_IF_ERROR(key.SaveFile(directory + "/" + kFirstKeyName));
    keys.push_back({.key = std::move(key), .file = kFirstKeyName});
  }
  return Of(directory, std::move(keys), now);
}

StatusOr<KeyStore> KeyStore::OpenExisting(const std::string& directory, const Clock& clock) {
  OOFGG_RETURN_IF_ERROR(CheckPrivateDirectory(directory));
  OOFGG_ASSIGN_OR_RETURN(const DirectoryLock lock, DirectoryLock::Take(directory));
  OOFGG_ASSIGN_OR_RETURN(std::vector<StoredKey> keys, LoadKeys(directory));
  if (keys.empty()) return MakeStatus(StatusCode::kNotFound, directory + " holds no signing key");
  return Of(directory, std::move(keys), clock.WallNow());
}

StatusOr<KeyStore> KeyStore::Of(const std::string& directory, std::vector<StoredKey> keys, WallTime now) {
  KeyStore store(directory, std::move(keys));
  OOFGG_RETURN_IF_ERROR(store.Judge(now));
  return store;
}

/// Says of each key what its time has made of it. Everybody with the same files and time says the same.
Status KeyStore::Judge(WallTime now) {
  signing_ = 0;  // Should a clock have gone back behind all of them.
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (!keys_[i].signs_from.has_value() || *keys_[i].signs_from <= now) signing_ = i;
  }
  std::vector<VerifyingKey> published;
  std::optional<WallTime> successor_signs_from;
  for (std::size_t i = keys_.size(); i-- > 0;) {
    StoredKey& key = keys_[i];
    if (successor_signs_from.has_value()) key.published_to = *successor_signs_from + kPublishedAfterwards;
    const bool is_gone = i < signing_ && key.published_to.has_value() && *key.published_to <= now;
    key.state = i > signing_    ? KeyState::kPending
                : i == signing_ ? KeyState::kSigning
                : is_gone       ? KeyState::kGone
                                : KeyState::kRetiring;
    if (!is_gone) published.push_back(key.key.verifying_key());
    if (key.signs_from.has_value()) successor_signs_from = key.signs_from;
  }
  std::reverse(published.begin(), published.end());
  StatusOr<Jwks> set = Jwks::Of(std::move(published));
  if (!set.ok()) {
    return MakeStatus(StatusCode::kFailedPrecondition, directory_ + " holds one key twice or too many: " +
                                                           std::string(set.status().message()));
  }
  public_keys_ = *std::move(set);
  return {};
}

StatusOr<std::size_t> KeyStore::Add(KeyAlgorithm algorithm, WallTime signs_from) {
  if (algorithm == KeyAlgorithm::kHs256) {
    return InvalidField("algorithm", "a symmetric key cannot be published; use EdDSA or ES256");
  }
  OOFGG_ASSIGN_OR_RETURN(SigningKey key, SigningKey::Generate(algorithm));
  std::string file = KeyFileName(signs_from, key.kid());
  OOFGG_RETURN_IF_ERROR(key.SaveFile(directory_ + "/" + file));
  keys_.push_back({.key = std::move(key), .file = std::move(file), .signs_from = signs_from});
  return keys_.size() - 1;
}

StatusOr<StoredKey> KeyStore::Rotate(const std::string& directory, const RotationOptions& options,
                                     const Clock& clock) {
  OOFGG_RETURN_IF_ERROR(EnsurePrivateDirectory(directory));
  OOFGG_ASSIGN_OR_RETURN(const DirectoryLock lock, DirectoryLock::Take(directory));
  const WallTime now = WholeSeconds(clock.WallNow());
  OOFGG_ASSIGN_OR_RETURN(KeyStore store, OpenLocked(directory, now));
  const StoredKey& newest = store.keys_.back();
  if (newest.state == KeyState::kPending) {
    return MakeStatus(StatusCode::kFailedPrecondition, "key " + newest.key.kid() + " is already pending");
  }
  const std::vector<StoredKey> before = store.keys_;
  // Later than the one that signs now, even if that is of this very second.
  const WallTime earliest = newest.signs_from.value_or(WallTime()) + 1s;
  OOFGG_ASSIGN_OR_RETURN(const std::size_t added,
                         store.Add(options.algorithm, (std::max)(now + options.overlap, earliest)));
  for (const StoredKey& key : before) {
    if (key.state == KeyState::kGone) OOFGG_RETURN_IF_ERROR(RemoveFile(store.PathOf(key)));
  }
  OOFGG_RETURN_IF_ERROR(store.Judge(now));
  return store.keys_[added];
}

Status KeyStore::Retire(const std::string& directory, std::string_view kid, bool replace,
                        const Clock& clock) {
  OOFGG_RETURN_IF_ERROR(EnsurePrivateDirectory(directory));
  OOFGG_ASSIGN_OR_RETURN(const DirectoryLock lock, DirectoryLock::Take(directory));
  const WallTime now = WholeSeconds(clock.WallNow());
  OOFGG_ASSIGN_OR_RETURN(KeyStore store, OpenLocked(directory, now));
  const auto found = std::find_if(store.keys_.begin(), store.keys_.end(),
                                  [&](const StoredKey& each) { return each.key.kid() == kid; });
  if (found == store.keys_.end()) {
    return MakeStatus(StatusCode::kNotFound, "no key " + std::string(kid) + " in " + directory);
  }
  const StoredKey retired = *found;
  // A successor first: a crash between the two leaves both, and the command can be given again.
  if (retired.state == KeyState::kSigning && store.keys_.back().state == KeyState::kPending) {
    const StoredKey& next = store.keys_.back();
    OOFGG_RETURN_IF_ERROR(RenameFile(store.PathOf(next), directory + "/" + KeyFileName(now, next.key.kid())));
  } else if (retired.state == KeyState::kSigning && replace) {
    OOFGG_RETURN_IF_ERROR(store.Add(retired.key.algorithm(), now).status());
  } else if (retired.state == KeyState::kSigning) {
    return MakeStatus(
        StatusCode::kFailedPrecondition,
        "key " + std::string(kid) + " signs and no other is ready to; with --replace a new one takes over");
  }
  return RemoveFile(store.PathOf(retired));
}

StatusOr<std::string> KeyStore::Secret(std::string_view name) const {
  if (!IsSecretName(name)) return InvalidField("name", "must be lower-case letters and hyphens");
  const std::string path = directory_ + "/" + std::string(name) + ".secret";
  StatusOr<std::string> secret = LoadSecret(path);
  if (secret.status().code() != StatusCode::kNotFound) return secret;
  const std::string text = base::Base64UrlEncode(RandomSource::System().Bytes(kSecretBytes)) + "\n";
  const Status created = CreatePrivateFile(path, text);
  // Another process may have been first; its secret is then everybody's.
  if (!created.ok() && created.code() != StatusCode::kAlreadyExists) return created;
  return LoadSecret(path);
}

}  // namespace oofgg::auth
