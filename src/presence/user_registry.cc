#include "presence/user_registry.h"

#include <absl/hash/hash.h>

#include <string>
#include <utility>

namespace oofgg::presence {

std::size_t UserRegistry::Hash::operator()(UserHandle user) const {
  return (*this)((*records)[user].id.view());
}

std::size_t UserRegistry::Hash::operator()(std::string_view id) const {
  return absl::Hash<std::string_view>()(id);
}

UserRegistry::UserRegistry(std::function<bool(std::string_view)> is_home)
    : is_home_(std::move(is_home)), index_(0, Hash{&records_}, Equal{&records_}) {}

UserHandle UserRegistry::Find(std::string_view id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? kNone : *found;
}

UserHandle UserRegistry::Intern(std::string_view id, std::uint64_t version) {
  const UserHandle known = Find(id);
  if (known != kNone) return known;
  const UserHandle user = records_.Take();
  records_[user].id = CompactString(id);
  records_[user].remote = is_home_ && !is_home_(id);
  records_[user].version = records_[user].remote ? 0 : version;
  index_.insert(user);
  return user;
}

void UserRegistry::Want(UserHandle user) {
  UserRecord& record = records_[user];
  if (!record.remote || record.wanted) return;
  record.wanted = true;
  interests_.push_back({std::string(record.id.view()), /*wanted=*/true});
}

void UserRegistry::Unwant(UserHandle user) {
  UserRecord& record = records_[user];
  interests_.push_back({std::string(record.id.view()), /*wanted=*/false});
  SetStatus(user, {});
  record.wanted = record.imported = record.online = false;
  record.version = 0;
}

void UserRegistry::ReleaseIfUnused(UserHandle user) {
  UserRecord& record = records_[user];
  if (record.wanted && record.watchers.empty()) Unwant(user);
  if (record.online || record.first_connection != kNone || record.pins > 0 || !record.watchers.empty())
    return;
  index_.erase(user);
  record = UserRecord();
  records_.Give(user);
}

PresenceStatus UserRegistry::StatusOf(UserHandle user) const {
  return records_[user].has_status ? statuses_.at(user) : PresenceStatus();
}

void UserRegistry::SetStatus(UserHandle user, const PresenceStatus& status) {
  UserRecord& record = records_[user];
  if (record.has_status) statuses_.erase(user);
  record.has_status = status != PresenceStatus();
  record.hidden = status.state == PresenceState::kOffline;
  if (record.has_status) statuses_.emplace(user, status);
}

}  // namespace oofgg::presence
