#include <utility>

#include "presence/table_impl.h"

// Several tables as one: what each asks of, and tells, the home of a user.
namespace oofgg {

using presence::IsKnown;
using presence::kNone;
using presence::UserRecord;

void PresenceTable::Impl::Follow(unsigned follower, std::string_view user_id, bool wanted) {
  const std::uint64_t bit = std::uint64_t{1} << follower;
  const UserHandle user = wanted ? users_.Intern(user_id, version_) : users_.Find(user_id);
  if (user == kNone) return;
  if (wanted) {
    std::uint64_t& followers = followers_[user];
    if (followers == 0) ++users_[user].pins;
    followers |= bit;
    users_.Want(user);
    return QueueExport(user);
  }
  const auto held = followers_.find(user);
  if (held == followers_.end()) return;
  held->second &= ~bit;
  if (held->second != 0) return;
  followers_.erase(held);
  Unpin(user);
}

void PresenceTable::Impl::QueueExport(UserHandle user) {
  if (users_[user].exporting) return;
  users_[user].exporting = true;
  exports_.push_back(user);
}

std::vector<PresenceTable::Export> PresenceTable::Impl::TakeExports() {
  std::vector<Export> exports;
  for (const UserHandle user : std::exchange(exports_, {})) {
    users_[user].exporting = false;
    // Nobody may follow by now, and the record may serve somebody else.
    const auto held = followers_.find(user);
    if (held == followers_.end() || !IsKnown(users_[user])) continue;
    exports.push_back({Describe(user), held->second});
  }
  return exports;
}

void PresenceTable::Impl::Import(const PresenceUpdate& update) {
  const UserHandle user = users_.Find(update.user_id);
  if (user == kNone || !users_[user].wanted) return;  // Nobody watches any more.
  UserRecord& record = users_[user];
  if (record.imported && update.version <= record.version) return;

  const bool is_first = !record.imported;
  const bool was_seen = record.seen;
  const PresenceStatus shown_before = users_.StatusOf(user);
  record.imported = true;
  record.version = update.version;
  record.online = record.seen = update.state != PresenceState::kOffline;
  const PresenceStatus shown =
      record.online ? PresenceStatus{update.state, update.text, update.session_id} : PresenceStatus();
  users_.SetStatus(user, shown);
  TellWatchers(user, is_first || was_seen != record.seen, shown != shown_before);
}

void PresenceTable::Impl::Hear(const Farewell& farewell) {
  const UserHandle hearer = users_.Find(farewell.listed);
  if (hearer == kNone) return;
  const UserHandle departed = users_.Intern(farewell.departed.user_id, version_);
  HearOfDeparture(hearer, departed, farewell.departed);
  users_.ReleaseIfUnused(departed);
}

}  // namespace oofgg
