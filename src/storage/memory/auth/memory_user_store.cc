#include "storage/memory/auth/memory_user_store.h"

#include "auth/text.h"

namespace oofgg::storage {

using auth::FoldCase;
using auth::Identity;
using auth::User;

Status MemoryUserStore::Create(const User& user, const std::optional<Identity>& identity) {
  const std::lock_guard lock(mutex_);
  OOFGG_RETURN_IF_ERROR(CheckNames(user));
  if (accounts_.contains(user.id)) return MakeStatus(StatusCode::kAlreadyExists, "the user id is taken");
  Account account = {.user = user, .identities = {}};
  if (identity.has_value()) OOFGG_RETURN_IF_ERROR(Attach(account, *identity));
  accounts_.emplace(user.id, std::move(account));
  AddNames(user);
  return {};
}

StatusOr<User> MemoryUserStore::FindById(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return auth::NoSuchUser();
  return found->second.user;
}

StatusOr<User> MemoryUserStore::FindByUsername(std::string_view username) {
  const std::lock_guard lock(mutex_);
  return FindIn(id_of_username_, username);
}

StatusOr<User> MemoryUserStore::FindByEmail(std::string_view email) {
  const std::lock_guard lock(mutex_);
  return FindIn(id_of_email_, email);
}

StatusOr<User> MemoryUserStore::FindIn(const Index& index, std::string_view name) const {
  const auto id = index.find(FoldCase(name));
  if (id == index.end()) return auth::NoSuchUser();
  return accounts_.at(id->second).user;
}

StatusOr<User> MemoryUserStore::FindByIdentity(std::string_view provider, std::string_view subject) {
  const std::lock_guard lock(mutex_);
  const auto id = id_of_identity_.find({std::string(provider), std::string(subject)});
  if (id == id_of_identity_.end()) return auth::NoSuchUser();
  return accounts_.at(id->second).user;
}

Status MemoryUserStore::Update(const User& user) {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(user.id);
  if (found == accounts_.end()) return auth::NoSuchUser();
  User& stored = found->second.user;
  if (stored.version != user.version) return auth::UserChanged();
  OOFGG_RETURN_IF_ERROR(CheckNames(user));
  RemoveNames(stored);
  const WallTime created_at = stored.created_at;
  stored = user;
  stored.created_at = created_at;
  ++stored.version;
  AddNames(stored);
  return {};
}

Status MemoryUserStore::CheckNames(const User& user) const {
  const auto is_anothers = [&user](const Index& index, std::string_view name) {
    const auto owner = index.find(FoldCase(name));
    return owner != index.end() && owner->second != user.id;
  };
  if (is_anothers(id_of_username_, user.username)) return auth::UsernameTaken();
  if (is_anothers(id_of_email_, user.email)) return auth::EmailTaken();
  return {};
}

void MemoryUserStore::AddNames(const User& user) {
  id_of_username_.emplace(FoldCase(user.username), user.id);
  if (!user.email.empty()) id_of_email_.emplace(FoldCase(user.email), user.id);
}

void MemoryUserStore::RemoveNames(const User& user) {
  id_of_username_.erase(FoldCase(user.username));
  id_of_email_.erase(FoldCase(user.email));
}

Status MemoryUserStore::AddIdentity(std::string_view user_id, const Identity& identity) {
  const std::lock_guard lock(mutex_);
  const auto account = accounts_.find(user_id);
  if (account == accounts_.end()) return auth::NoSuchUser();
  return Attach(account->second, identity);
}

Status MemoryUserStore::Attach(Account& account, const Identity& identity) {
  const IdentityKey key = {identity.provider, identity.subject};
  if (!id_of_identity_.emplace(key, account.user.id).second) return auth::IdentityTaken();
  account.identities.emplace(key, identity);
  return {};
}

Status MemoryUserStore::RemoveIdentities(std::string_view user_id, std::string_view provider,
                                         std::string_view subject) {
  const std::lock_guard lock(mutex_);
  const auto account = accounts_.find(user_id);
  if (account == accounts_.end()) return {};
  std::erase_if(account->second.identities, [&](const auto& entry) {
    const auto& [entry_provider, entry_subject] = entry.first;
    if (!provider.empty() && entry_provider != provider) return false;
    if (!subject.empty() && entry_subject != subject) return false;
    id_of_identity_.erase(entry.first);
    return true;
  });
  return {};
}

StatusOr<std::vector<Identity>> MemoryUserStore::ListIdentities(std::string_view user_id) {
  const std::lock_guard lock(mutex_);
  std::vector<Identity> identities;
  const auto account = accounts_.find(user_id);
  if (account == accounts_.end()) return identities;
  for (const auto& [key, identity] : account->second.identities) identities.push_back(identity);
  return identities;
}

Status MemoryUserStore::Erase(std::string_view id) {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(id);
  if (found == accounts_.end()) return {};
  RemoveNames(found->second.user);
  for (const auto& [key, identity] : found->second.identities) id_of_identity_.erase(key);
  accounts_.erase(found);
  return {};
}

StatusOr<std::vector<std::string>> MemoryUserStore::ListDeleting(std::size_t limit) {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, account] : accounts_) {
    if (ids.size() == limit) break;
    if (account.user.state == auth::AccountState::kDeleting) ids.push_back(id);
  }
  return ids;
}

}  // namespace oofgg::storage
