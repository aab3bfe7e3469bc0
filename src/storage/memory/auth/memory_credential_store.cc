#include "storage/memory/auth/memory_credential_store.h"

namespace oofgg::storage {

using auth::ServiceCredential;

Status MemoryCredentialStore::Create(const ServiceCredential& credential) {
  const std::lock_guard lock(mutex_);
  if (credentials_.emplace(credential.id, credential).second) return {};
  return MakeStatus(StatusCode::kAlreadyExists, "the credential's id is taken");
}

StatusOr<ServiceCredential> MemoryCredentialStore::Find(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = credentials_.find(id);
  if (found == credentials_.end()) return auth::NoSuchCredential();
  return found->second;
}

StatusOr<std::vector<ServiceCredential>> MemoryCredentialStore::List(std::string_view after_id,
                                                                     std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<ServiceCredential> listed;
  auto next = credentials_.upper_bound(after_id);
  for (; next != credentials_.end() && listed.size() < limit; ++next) listed.push_back(next->second);
  return listed;
}

Status MemoryCredentialStore::Update(const ServiceCredential& credential) {
  const std::lock_guard lock(mutex_);
  const auto found = credentials_.find(credential.id);
  if (found == credentials_.end()) return auth::NoSuchCredential();
  ServiceCredential& stored = found->second;
  if (stored.version != credential.version) return auth::CredentialChanged();
  const WallTime created_at = stored.created_at;
  stored = credential;
  stored.created_at = created_at;
  ++stored.version;
  return {};
}

}  // namespace oofgg::storage
