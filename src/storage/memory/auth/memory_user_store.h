#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "auth/user_store.h"

namespace oofgg::storage {

/// A `UserStore` that lasts as long as this object.
class MemoryUserStore final : public auth::UserStore {
 public:
  Status Create(const auth::User& user, const std::optional<auth::Identity>& identity) override;
  StatusOr<auth::User> FindById(std::string_view id) override;
  StatusOr<auth::User> FindByUsername(std::string_view username) override;
  StatusOr<auth::User> FindByEmail(std::string_view email) override;
  StatusOr<auth::User> FindByIdentity(std::string_view provider, std::string_view subject) override;
  Status Update(const auth::User& user) override;
  Status AddIdentity(std::string_view user_id, const auth::Identity& identity) override;
  Status RemoveIdentities(std::string_view user_id, std::string_view provider,
                          std::string_view subject) override;
  StatusOr<std::vector<auth::Identity>> ListIdentities(std::string_view user_id) override;
  Status Erase(std::string_view id) override;
  StatusOr<std::vector<std::string>> ListDeleting(std::size_t limit) override;

 private:
  using Index = std::map<std::string, std::string, std::less<>>;  // From a folded name to an id.
  using IdentityKey = std::pair<std::string, std::string>;        // Provider and subject.
  struct Account {
    auth::User user;
    std::map<IdentityKey, auth::Identity> identities;
  };

  // All with mutex_ held.
  StatusOr<auth::User> FindIn(const Index& index, std::string_view name) const;
  Status CheckNames(const auth::User& user) const;
  void AddNames(const auth::User& user);
  void RemoveNames(const auth::User& user);
  Status Attach(Account& account, const auth::Identity& identity);

  std::mutex mutex_;
  std::map<std::string, Account, std::less<>> accounts_;  // By id.
  Index id_of_username_;
  Index id_of_email_;  // Without those who gave none.
  std::map<IdentityKey, std::string> id_of_identity_;
};

}  // namespace oofgg::storage
