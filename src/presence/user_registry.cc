#include "presence/user_registry.h"

#include <absl/hash/hash.h>

namespace oofgg::presence {

std::size_t UserRegistry::Hash::operator()(UserHandle user) const {
  return (*this)((*records)[user].id.view());
}

std::size_t UserRegistry::Hash::operator()(std::string_view id) const {
  return absl::Hash<std::string_view>()(id);
}

UserRegistry::UserRegistry() : index_(0, Hash{&records_}, Equal{&records_}) {}

UserHandle UserRegistry::Find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? kNone : *found;
}

UserHandle UserRegistry::Intern(std::string_view id, std::uint64_t version) {
  const UserHandle known = Find(id);
  if (known != kNone) return known;
  const UserHandle user = records_.Take();
  records_[user].id = CompactString(id);
  records_[user].version = version;
  index_.insert(user);
  return user;
}

void UserRegistry::ReleaseIfUnused(UserHandle user) {
  UserRecord& record = records_[user];
  if (record.online || record.first_connection != kNone || record.pins > 0 || !record.watchers.empty())
    return;
  index_.erase(user);
  record = UserRecord();
  records_.Give(user);
}

}  // namespace oofgg::presence
