#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/user_store.h"

namespace oofgg::auth::testing {

/// Does what another store does, for a test that changes some of it.
class ForwardingUsers : public UserStore {
 public:
  explicit ForwardingUsers(UserStore& users) : users_(users) {}

  Status Create(const User& user, const std::optional<Identity>& identity) override {
    return users_.Create(user, identity);
  }
  StatusOr<User> FindById(std::string_view id) override { return users_.FindById(id); }
  StatusOr<User> FindByUsername(std::string_view name) override { return users_.FindByUsername(name); }
  StatusOr<User> FindByEmail(std::string_view email) override { return users_.FindByEmail(email); }
  StatusOr<User> FindByIdentity(std::string_view provider, std::string_view subject) override {
    return users_.FindByIdentity(provider, subject);
  }
  Status Update(const User& user) override { return users_.Update(user); }
  Status AddIdentity(std::string_view id, const Identity& identity) override {
    return users_.AddIdentity(id, identity);
  }
  Status RemoveIdentities(std::string_view id, std::string_view provider, std::string_view subject) override {
    return users_.RemoveIdentities(id, provider, subject);
  }
  StatusOr<std::vector<Identity>> ListIdentities(std::string_view id) override {
    return users_.ListIdentities(id);
  }
  Status Erase(std::string_view id) override { return users_.Erase(id); }
  StatusOr<std::vector<std::string>> ListDeleting(std::size_t limit) override {
    return users_.ListDeleting(limit);
  }

 private:
  UserStore& users_;
};

}  // namespace oofgg::auth::testing
