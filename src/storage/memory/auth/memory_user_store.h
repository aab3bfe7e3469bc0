#pragma once

#include <map>
#include <mutex>
#include <string>

#include "auth/user_store.h"

namespace oofgg::storage {

/// A `UserStore` that lasts as long as this object.
class MemoryUserStore final : public auth::UserStore {
 public:
  Status Create(const auth::User& user) override;
  StatusOr<auth::User> FindById(std::string_view id) override;
  StatusOr<auth::User> FindByUsername(std::string_view username) override;
  StatusOr<auth::User> FindByEmail(std::string_view email) override;
  Status ReplacePasswordHash(std::string_view id, std::string_view expected, std::string_view hash) override;

 private:
  using Index = std::map<std::string, std::string, std::less<>>;

  StatusOr<auth::User> FindIn(const Index& index, std::string_view name);

  std::mutex mutex_;
  std::map<std::string, auth::User, std::less<>> users_;  // By id.
  Index id_of_username_;                                  // Folded.
  Index id_of_email_;                                     // Folded; without those who gave none.
};

}  // namespace oofgg::storage
