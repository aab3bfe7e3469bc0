#include "presence/user_registry.h"

#include <absl/hash/hash.h>

#include <algorithm>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace oofgg::presence {

std::size_t UserRegistry::Hash::operator()(UserHandle user) const {
  return (*this)((*records)[user].id.view());
}

std::size_t UserRegistry::Hash::operator()(std::string_view id) const {
  return absl::Hash<std::string_view>()(id);
}

UserRegistry::UserRegistry(std::function<bool(std::string_view)> is_home, bool shared)
    : is_home_(std::move(is_home)), shared_(shared), index_(0, Hash{&records_}, Equal{&records_}) {}

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
  records_[user].shared = shared_ && !records_[user].remote;
  records_[user].version = records_[user].remote ? 0 : version;
  index_.insert(user);
  return user;
}

void UserRegistry::Want(UserHandle user) {
  UserRecord& record = records_[user];
  if (!(record.remote || record.shared) || record.wanted) return;
  record.wanted = true;
  std::string id(record.id.view());
  if (record.remote) {
    interests_.push_back({std::move(id), /*wanted=*/true});
  } else {
    needs_.push_back({std::move(id), PresenceTable::Need::Kind::kWanted});
  }
}

void UserRegistry::WantAgain() {
  for (UserHandle user = 0; user < records_.end(); ++user) {
    const UserRecord& record = records_[user];
    if (!record.shared || !record.wanted) continue;
    needs_.push_back({std::string(record.id.view()), PresenceTable::Need::Kind::kWantedAgain});
  }
}

void UserRegistry::Unwant(UserHandle user) {
  UserRecord& record = records_[user];
  std::string id(record.id.view());
  record.wanted = record.imported = false;
  if (record.remote) {
    interests_.push_back({std::move(id), /*wanted=*/false});
    SetStatus(user, {});
    record.online = record.seen = false;
    record.version = 0;
  } else {
    needs_.push_back({std::move(id), PresenceTable::Need::Kind::kUnwanted});
    elsewhere_.EraseUser(user);
    record.elsewhere = false;
    record.seen = ShownOf(user).seen;
  }
}

/// Of a remote user, while somebody here watches; of a shared one also while another table does, and while
/// it has to be known whether they hold a token elsewhere.
bool UserRegistry::IsNeeded(UserHandle user) const {
  const UserRecord& record = records_[user];
  if (!record.watchers.empty()) return true;
  return record.shared && (record.pins > 0 || (record.online && !record.proven));
}

void UserRegistry::ReleaseIfUnused(UserHandle user) {
  UserRecord& record = records_[user];
  if (record.wanted && !IsNeeded(user)) Unwant(user);
  if (record.online || record.first_connection != kNone || record.pins > 0 || record.registering ||
      !record.watchers.empty()) {
    return;
  }
  index_.erase(user);
  record = UserRecord();
  records_.Give(user);
}

PresenceStatus UserRegistry::StatusOf(UserHandle user) const {
  return records_[user].has_status ? statuses_.at(user) : PresenceStatus();
}

std::uint64_t UserRegistry::SaidBy(UserHandle user) const {
  if (said_.empty()) return 0;
  const auto said = said_.find(user);
  return said == said_.end() ? 0 : said->second;
}

void UserRegistry::SetStatus(UserHandle user, const PresenceStatus& status, std::uint64_t said) {
  UserRecord& record = records_[user];
  if (record.has_status) statuses_.erase(user);
  record.has_status = status != PresenceStatus();
  if (record.has_status) statuses_.emplace(user, status);
  if (said != 0) {
    said_[user] = said;
  } else if (!said_.empty()) {
    said_.erase(user);
  }
}

bool UserRegistry::IsProvenElsewhere(UserHandle user) const {
  if (!records_[user].elsewhere) return false;
  const auto entries = elsewhere_.Of(user);
  return std::any_of(entries.begin(), entries.end(), [](const auto& entry) { return entry.proven; });
}

UserRegistry::Shown UserRegistry::ShownOf(UserHandle user) const {
  const UserRecord& record = records_[user];
  if (!record.elsewhere) {
    if (!record.online) return {};
    PresenceStatus status = StatusOf(user);
    if (status.state == PresenceState::kOffline) return {};
    return {true, std::move(status)};
  }
  // All instances must come to the same, hence the content decides where two words are of one moment.
  using Word = std::tuple<std::uint64_t, PresenceState, std::string, std::string>;
  std::optional<Word> last;
  const auto consider = [&last](std::uint64_t said, PresenceStatus status) {
    Word word(said, status.state, std::move(status.text), std::move(status.session_id));
    if (!last.has_value() || word > *last) last = std::move(word);
  };
  const bool only_proven = record.proven || IsProvenElsewhere(user);
  if (record.online && (record.proven || !only_proven)) consider(SaidBy(user), StatusOf(user));
  for (const ElsewhereBook::Entry& entry : elsewhere_.Of(user)) {
    if (entry.proven || !only_proven) consider(entry.said, elsewhere_.StatusOf(user, entry));
  }
  if (!last.has_value() || std::get<PresenceState>(*last) == PresenceState::kOffline) return {};
  auto& [said, state, text, session_id] = *last;
  return {true, {state, std::move(text), std::move(session_id)}};
}

}  // namespace oofgg::presence
