#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/inlined_vector.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "oofgg/model/presence.h"
#include "oofgg/presence/presence_table.h"
#include "presence/records.h"

namespace oofgg::presence {

/// What users are registered with at other instances. Most who are online elsewhere are at one, and show
/// nothing but that.
class ElsewhereBook {
 public:
  using Origin = PresenceTable::Origin;
  using Registration = PresenceTable::Registration;

  struct Entry {
    std::uint64_t version = 0;
    std::uint64_t said = 0;
    Origin origin = 0;
    bool proven = false;
    bool lingering = false;
    bool has_status = false;
  };

  /// Takes or, for one that is offline, drops what is registered. False if it is no news.
  bool Put(UserHandle user, Origin origin, const Registration& registration);
  bool Erase(UserHandle user, Origin origin);
  /// The user has signed off: nobody waits for them to come back. True if somebody did.
  bool EraseLingering(UserHandle user);
  void EraseUser(UserHandle user);

  [[nodiscard]] std::span<const Entry> Of(UserHandle user) const;
  [[nodiscard]] PresenceStatus StatusOf(UserHandle user, const Entry& entry) const;

 private:
  using Entries = absl::InlinedVector<Entry, 1>;
  void EraseAt(Entries& entries, UserHandle user, std::size_t index);
  void SetStatus(UserHandle user, Entry& entry, const PresenceStatus& status);

  absl::flat_hash_map<UserHandle, Entries> users_;
  /// Of those who are not plainly online (`has_status`).
  absl::flat_hash_map<std::pair<UserHandle, Origin>, PresenceStatus> statuses_;
};

}  // namespace oofgg::presence
