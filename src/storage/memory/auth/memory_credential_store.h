#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "auth/credential_store.h"

namespace oofgg::storage {

/// A `CredentialStore` that lasts as long as this object.
class MemoryCredentialStore final : public auth::CredentialStore {
 public:
  Status Create(const auth::ServiceCredential& credential) override;
  StatusOr<auth::ServiceCredential> Find(std::string_view id) override;
  StatusOr<std::vector<auth::ServiceCredential>> List(std::string_view after_id, std::size_t limit) override;
  Status Update(const auth::ServiceCredential& credential) override;

 private:
  std::mutex mutex_;
  std::map<std::string, auth::ServiceCredential, std::less<>> credentials_;  // By id.
};

}  // namespace oofgg::storage
