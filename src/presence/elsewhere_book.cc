#include "presence/elsewhere_book.h"

#include <algorithm>
#include <cstddef>

namespace oofgg::presence {
namespace {

template <typename Entries>
std::size_t IndexOf(const Entries& entries, PresenceTable::Origin origin) {
  const auto found = std::find_if(entries.begin(), entries.end(),
                                  [origin](const auto& entry) { return entry.origin == origin; });
  return static_cast<std::size_t>(found - entries.begin());
}

}  // namespace

bool ElsewhereBook::Put(UserHandle user, Origin origin, const Registration& registration) {
  const auto known = users_.find(user);
  const std::size_t index = known == users_.end() ? 0 : IndexOf(known->second, origin);
  const bool is_held = known != users_.end() && index < known->second.size();
  if (is_held && registration.version <= known->second[index].version) return false;
  if (!registration.online) {
    if (is_held) EraseAt(known->second, user, index);
    return is_held;
  }
  Entries& entries = users_[user];
  if (!is_held) entries.push_back({.origin = origin});
  Entry& entry = entries[index];
  entry.version = registration.version;
  entry.said = registration.said;
  entry.proven = registration.proven;
  entry.lingering = registration.lingering;
  SetStatus(user, entry, registration.status);
  return true;
}

void ElsewhereBook::SetStatus(UserHandle user, Entry& entry, const PresenceStatus& status) {
  const std::pair key(user, entry.origin);
  if (entry.has_status) statuses_.erase(key);
  entry.has_status = status != PresenceStatus();
  if (entry.has_status) statuses_.emplace(key, status);
}

bool ElsewhereBook::Erase(UserHandle user, Origin origin) {
  const auto known = users_.find(user);
  if (known == users_.end()) return false;
  const std::size_t index = IndexOf(known->second, origin);
  if (index == known->second.size()) return false;
  EraseAt(known->second, user, index);
  return true;
}

bool ElsewhereBook::EraseLingering(UserHandle user) {
  std::vector<Origin> lingering;
  for (const Entry& entry : Of(user)) {
    if (entry.lingering) lingering.push_back(entry.origin);
  }
  for (const Origin origin : lingering) Erase(user, origin);
  return !lingering.empty();
}

void ElsewhereBook::EraseAt(Entries& entries, UserHandle user, std::size_t index) {
  SetStatus(user, entries[index], {});
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(index));
  if (entries.empty()) users_.erase(user);
}

void ElsewhereBook::EraseUser(UserHandle user) {
  const auto known = users_.find(user);
  if (known == users_.end()) return;
  for (Entry& entry : known->second) SetStatus(user, entry, {});
  users_.erase(known);
}

std::span<const ElsewhereBook::Entry> ElsewhereBook::Of(UserHandle user) const {
  const auto known = users_.find(user);
  if (known == users_.end()) return {};
  return {known->second.data(), known->second.size()};
}

PresenceStatus ElsewhereBook::StatusOf(UserHandle user, const Entry& entry) const {
  return entry.has_status ? statuses_.at({user, entry.origin}) : PresenceStatus();
}

}  // namespace oofgg::presence
