#include "oofgg/auth/key_store.h"

#include <dirent.h>

#include <algorithm>
#include <memory>

#include "auth/private_file.h"
#include "base/encoding.h"
#include "oofgg/random.h"

namespace oofgg::auth {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxSecretFileBytes = 256;
constexpr const char* kFirstKeyName = "signing-0001.pem";

struct CloseDirectory {
  void operator()(DIR* directory) const { closedir(directory); }
};

/// Names of the signing keys, the one that signs last.
StatusOr<std::vector<std::string>> ListKeyFiles(const std::string& directory) {
  const std::unique_ptr<DIR, CloseDirectory> listing(opendir(directory.c_str()));
  if (listing == nullptr) {
    return MakeStatus(StatusCode::kPermissionDenied, "cannot list the key directory " + directory);
  }
  std::vector<std::string> names;
  while (const dirent* entry = readdir(listing.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() > 4 && name[0] != '.' && name.substr(name.size() - 4) == ".pem") names.emplace_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

StatusOr<std::vector<SigningKey>> LoadKeys(const std::string& directory) {
  OOFGG_ASSIGN_OR_RETURN(const std::vector<std::string> names, ListKeyFiles(directory));
  std::vector<SigningKey> keys;
  for (const std::string& name : names) {
    std::string path = directory;
    path += '/';
    path += name;
    OOFGG_ASSIGN_OR_RETURN(SigningKey key, SigningKey::LoadFile(path));
    keys.push_back(std::move(key));
  }
  return keys;
}

StatusOr<Jwks> PublicHalves(const std::vector<SigningKey>& keys) {
  std::vector<VerifyingKey> public_keys;
  public_keys.reserve(keys.size());
  for (const SigningKey& key : keys) public_keys.push_back(key.verifying_key());
  return Jwks::Of(std::move(public_keys));
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

StatusOr<KeyStore> KeyStore::Open(const std::string& directory) {
  OOFGG_RETURN_IF_ERROR(EnsurePrivateDirectory(directory));
  OOFGG_ASSIGN_OR_RETURN(const DirectoryLock lock, DirectoryLock::Take(directory));
  OOFGG_ASSIGN_OR_RETURN(std::vector<SigningKey> keys, LoadKeys(directory));
  if (keys.empty()) {
    OOFGG_ASSIGN_OR_RETURN(SigningKey key, SigningKey::Generate());
    OOFGG_RETURN_IF_ERROR(key.SaveFile(directory + "/" + kFirstKeyName));
    keys.push_back(std::move(key));
  }
  StatusOr<Jwks> public_keys = PublicHalves(keys);
  if (!public_keys.ok()) {
    return MakeStatus(StatusCode::kFailedPrecondition, directory + " holds one key twice or too many: " +
                                                           std::string(public_keys.status().message()));
  }
  return KeyStore(directory, std::move(keys), *std::move(public_keys));
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
