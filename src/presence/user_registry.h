#pragma once

#include <absl/container/flat_hash_set.h>

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "presence/records.h"
#include "presence/slab.h"

namespace oofgg::presence {

/// Interns user ids: one record and one 32-bit handle for each id that anything refers to. The index holds
/// handles only and reads the ids from the records.
class UserRegistry {
 public:
  UserRegistry();
  UserRegistry(const UserRegistry&) = delete;
  UserRegistry& operator=(const UserRegistry&) = delete;

  /// The handle of `id`, or kNone.
  [[nodiscard]] UserHandle Find(std::string_view id) const;

  /// The handle of `id`; a new record starts with `version`.
  UserHandle Intern(std::string_view id, std::uint64_t version);

  /// Forgets the user if nothing refers to it any more.
  void ReleaseIfUnused(UserHandle user);

  UserRecord& operator[](UserHandle user) { return records_[user]; }
  const UserRecord& operator[](UserHandle user) const { return records_[user]; }
  [[nodiscard]] std::size_t size() const { return index_.size(); }

 private:
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

  Slab<UserRecord> records_;
  absl::flat_hash_set<UserHandle, Hash, Equal> index_;
};

}  // namespace oofgg::presence
