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
#include "presence/elsewhere_book.h"
#include "presence/records.h"
#include "presence/slab.h"

namespace oofgg::presence {

/// Interns user ids: one record and one 32-bit handle for each id that anything refers to. The index holds
/// handles only and reads the ids from the records.
class UserRegistry {
 public:
  /// What others see of a user.
  struct Shown {
    bool seen = false;
    PresenceStatus status{};
    friend bool operator==(const Shown&, const Shown&) = default;
  };

  /// `is_home` as PresenceTable's; `shared`: there are other instances.
  UserRegistry(std::function<bool(std::string_view)> is_home, bool shared);
  UserRegistry(const UserRegistry&) = delete;
  UserRegistry& operator=(const UserRegistry&) = delete;

  /// The handle of `id`, or kNone.
  [[nodiscard]] UserHandle Find(std::string_view id) const;

  /// The handle of `id`; a new record starts with `version`.
  UserHandle Intern(std::string_view id, std::uint64_t version);

  /// What others see has to be known: their home is asked, and other instances, if there are any.
  void Want(UserHandle user);
  /// Wants all again who are wanted of other instances.
  void WantAgain();

  /// Forgets the user if nothing refers to it any more, and what a remote one shows if nobody watches.
  void ReleaseIfUnused(UserHandle user);

  /// What the user has chosen to show here; plainly online where nothing was set. `said`: when, for other
  /// instances to compare; 0 where it was not the user's choice.
  [[nodiscard]] PresenceStatus StatusOf(UserHandle user) const;
  [[nodiscard]] std::uint64_t SaidBy(UserHandle user) const;
  void SetStatus(UserHandle user, const PresenceStatus& status, std::uint64_t said = 0);

  /// What all connections to all instances amount to: the last word counts, and where one of them is proved,
  /// only what is.
  [[nodiscard]] Shown ShownOf(UserHandle user) const;
  [[nodiscard]] bool IsProvenElsewhere(UserHandle user) const;
  [[nodiscard]] ElsewhereBook& elsewhere() { return elsewhere_; }
  [[nodiscard]] const ElsewhereBook& elsewhere() const { return elsewhere_; }

  [[nodiscard]] std::vector<PresenceTable::Interest> TakeInterests() { return std::exchange(interests_, {}); }
  [[nodiscard]] std::vector<PresenceTable::Need> TakeNeeds() { return std::exchange(needs_, {}); }

  /// Handles below this may be in use; those that are not have no id.
  [[nodiscard]] UserHandle end() const { return records_.end(); }

  UserRecord& operator[](UserHandle user) { return records_[user]; }
  const UserRecord& operator[](UserHandle user) const { return records_[user]; }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
  void Unwant(UserHandle user);
  [[nodiscard]] bool IsNeeded(UserHandle user) const;

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
  const bool shared_;
  /// Of those who are not plainly online (`has_status`).
  absl::flat_hash_map<UserHandle, PresenceStatus> statuses_;
  absl::flat_hash_map<UserHandle, std::uint64_t> said_;
  ElsewhereBook elsewhere_;
  std::vector<PresenceTable::Interest> interests_;
  std::vector<PresenceTable::Need> needs_;
  Slab<UserRecord> records_;
  absl::flat_hash_set<UserHandle, Hash, Equal> index_;
};

}  // namespace oofgg::presence
