#include <algorithm>
#include <utility>

#include "presence/table_impl.h"

// Several instances as one: what is registered of a user here goes to them, and what is registered there
// comes here.
namespace oofgg {

using presence::ElsewhereBook;
using presence::kNone;
using presence::UserRecord;

void PresenceTable::Impl::QueueRegistration(UserHandle user) {
  if (!users_[user].shared || users_[user].registering) return;
  users_[user].registering = true;
  registrations_.push_back(user);
}

void PresenceTable::Impl::RegisterAgain() {
  for (UserHandle user = 0; user < users_.end(); ++user) {
    if (users_[user].shared && users_[user].online) QueueRegistration(user);
  }
}

std::vector<PresenceTable::Registration> PresenceTable::Impl::TakeRegistrations() {
  std::vector<Registration> registrations;
  for (const UserHandle user : std::exchange(registrations_, {})) {
    UserRecord& record = users_[user];
    record.registering = false;
    Registration& registration = registrations.emplace_back();
    registration.user_id = record.id.view();
    registration.version = NextVersion();
    registration.online = record.online;
    registration.signed_off = !record.online && record.signed_off;
    if (record.online) {
      registration.lingering = IsLingering(user);
      registration.proven = record.proven;
      registration.said = users_.SaidBy(user);
      registration.status = users_.StatusOf(user);
    }
    users_.ReleaseIfUnused(user);
  }
  return registrations;
}

void PresenceTable::Impl::ImportRegistration(const Located& located) {
  version_ = std::max(version_, located.registration.version);
  const UserHandle user = users_.Find(located.registration.user_id);
  if (user == kNone || !users_[user].wanted) return;
  const Shown before = users_.ShownOf(user);
  bool is_news = users_.elsewhere().Put(user, located.origin, located.registration);
  if (located.registration.signed_off) is_news = users_.elsewhere().EraseLingering(user) || is_news;
  if (is_news) SettleElsewhere(user, before);
  if (located.registration.signed_off && IsLingering(user)) EndLingering(user);
}

void PresenceTable::Impl::Answer(std::string_view user_id, std::span<const Located> found,
                                 const std::vector<bool>& complete) {
  const UserHandle user = users_.Find(user_id);
  if (user == kNone || !users_[user].wanted) return;
  const Shown before = users_.ShownOf(user);
  std::vector<Origin> gone;
  for (const ElsewhereBook::Entry& entry : users_.elsewhere().Of(user)) {
    const bool is_found = std::any_of(found.begin(), found.end(), [&entry](const Located& located) {
      return located.origin == entry.origin;
    });
    if (!is_found && entry.origin < complete.size() && complete[entry.origin]) gone.push_back(entry.origin);
  }
  for (const Origin origin : gone) users_.elsewhere().Erase(user, origin);
  for (const Located& located : found) {
    version_ = std::max(version_, located.registration.version);
    users_.elsewhere().Put(user, located.origin, located.registration);
  }
  const bool is_first = !users_[user].imported;
  users_[user].imported = true;
  SettleElsewhere(user, before);
  // Offline is news to who has waited for an answer.
  if (is_first && users_.Find(user_id) == user) TellWatchers(user, /*came_or_went=*/true, false);
}

void PresenceTable::Impl::Forget(Origin origin) {
  // What all show has to be known before the first is touched.
  std::vector<std::pair<UserHandle, Shown>> before;
  for (UserHandle user = 0; user < users_.end(); ++user) {
    if (!users_[user].elsewhere) continue;
    const auto entries = users_.elsewhere().Of(user);
    const bool is_there = std::any_of(entries.begin(), entries.end(),
                                      [origin](const auto& entry) { return entry.origin == origin; });
    if (is_there) before.emplace_back(user, users_.ShownOf(user));
  }
  for (const auto& [user, shown] : before) {
    users_.elsewhere().Erase(user, origin);
    SettleElsewhere(user, shown);
  }
}

/// After what is registered elsewhere has changed.
void PresenceTable::Impl::SettleElsewhere(UserHandle user, const Shown& before) {
  UserRecord& record = users_[user];
  record.elsewhere = !users_.elsewhere().Of(user).empty();
  TellIfChanged(user, before);
  if (record.online && !record.proven && users_.IsProvenElsewhere(user)) EvictAll(user);
}

void PresenceTable::Impl::HearFromAbroad(const Farewell& farewell) {
  const UserHandle hearer = users_.Find(farewell.listed);
  if (hearer == kNone) return;
  const UserHandle departed = users_.Intern(farewell.departed.user_id, version_);
  TellOfDeparture(hearer, departed, farewell.departed.version);
  users_.ReleaseIfUnused(departed);
}

}  // namespace oofgg
