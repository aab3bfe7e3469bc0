#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/model/presence.h"
#include "oofgg/presence/presence_table.h"
#include "presence/records.h"
#include "presence/slab.h"

namespace oofgg::presence {

/// Interns user ids: one record and one 32-bit handle for each id that anything refers to. The index holds
/// handles only and reads the ids from the records.
class UserRegistry {
 public:
  /// `is_home` as PresenceTable's.
  explicit UserRegistry(std::function<bool(std::string_view)> is_home);
  UserRegistry(const UserRegistry&) = delete;
  UserRegistry& operator=(const UserRegistry&) = delete;

  /// The handle of `id`, or kNone.
  [[nodiscard]] UserHandle Find(std::string_view id) const;

  /// The handle of `id`; a new record starts with `version`.
  UserHandle Intern(std::string_view id, std::uint64_t version);

  /// Somebody here watches the user: their home is asked, if that is elsewhere.
  void Want(UserHandle user);

  /// Forgets the user if nothing refers to it any more, and what a remote one shows if nobody watches.
  void ReleaseIfUnused(UserHandle user);

  /// What the user shows; plainly online where nothing was set.
  [[nodiscard]] PresenceStatus StatusOf(UserHandle user) const;
  void SetStatus(UserHandle user, const PresenceStatus& status);

  [[nodiscard]] std::vector<PresenceTable::Interest> TakeInterests() { return std::exchange(interests_, {}); }

  UserRecord& operator[](UserHandle user) { return records_[user]; }
  const UserRecord& operator[](UserHandle user) const { return records_[user]; }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  void Unwant(UserHandle user);

  struct Hash {
    using is_transparent = void;
    const Slab<UserRecord>* records;
    std::size_t operator()(UserHandle user) const;
    std::size_t operator()(std::string_view id) const;
  };
  struct Equal {
    using is_transparent = void;
    const Slab<UserRecord>* records;
    bool operator()(UserHandle a, UserHandle b) const { return a == b; }
    bool operator()(UserHandle a, std::string_view b) const { return (*records)[a].id.view() == b; }
    bool operator()(std::string_view a, UserHandle b) const { return (*records)[b].id.view() == a; }
  };

  const std::function<bool(std::string_view)> is_home_;
  /// Of those who are not plainly online (`has_status`).
  absl::flat_hash_map<UserHandle, PresenceStatus> statuses_;
  std::vector<PresenceTable::Interest> interests_;
  Slab<UserRecord> records_;
  absl::flat_hash_set<UserHandle, Hash, Equal> index_;
};

}  // namespace oofgg::presence
