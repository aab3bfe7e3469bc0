#include "storage/memory/auth/memory_user_store.h"

#include "auth/text.h"

namespace oofgg::storage {
namespace {

using auth::FoldCase;
using auth::User;

Status NoSuchUser() { return MakeStatus(StatusCode::kNotFound, "there is no such user"); }

}  // namespace

Status MemoryUserStore::Create(const User& user) {
  const std::lock_guard lock(mutex_);
  if (users_.contains(user.id)) return MakeStatus(StatusCode::kAlreadyExists, "the user id is taken");
  if (id_of_username_.contains(FoldCase(user.username))) return auth::UsernameTaken();
  if (!user.email.empty() && id_of_email_.contains(FoldCase(user.email))) return auth::EmailTaken();
  users_.emplace(user.id, user);
  id_of_username_.emplace(FoldCase(user.username), user.id);
  if (!user.email.empty()) id_of_email_.emplace(FoldCase(user.email), user.id);
  return {};
}

StatusOr<User> MemoryUserStore::FindById(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(id);
  if (found == users_.end()) return NoSuchUser();
  return found->second;
}

StatusOr<User> MemoryUserStore::FindByUsername(std::string_view username) {
  return FindIn(id_of_username_, username);
}

StatusOr<User> MemoryUserStore::FindByEmail(std::string_view email) { return FindIn(id_of_email_, email); }

StatusOr<User> MemoryUserStore::FindIn(const Index& index, std::string_view name) {
  const std::lock_guard lock(mutex_);
  const auto id = index.find(FoldCase(name));
  if (id == index.end()) return NoSuchUser();
  return users_.at(id->second);
}

Status MemoryUserStore::ReplacePasswordHash(std::string_view id, std::string_view expected,
                                            std::string_view hash) {
  const std::lock_guard lock(mutex_);
  const auto found = users_.find(id);
  if (found == users_.end()) return NoSuchUser();
  if (found->second.password_hash != expected) {
    return MakeStatus(StatusCode::kAborted, "the password was changed meanwhile");
  }
  found->second.password_hash = std::string(hash);
  return {};
}

}  // namespace oofgg::storage
