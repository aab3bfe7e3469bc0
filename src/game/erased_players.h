#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/model/account.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Whose accounts were deleted, as far as this process has heard: nothing is kept of them any more. In memory
/// only, as each start hears of the deletions of the last while again. Threads: safe.
class ErasedPlayers {
 public:
  /// For how long a call that began before the deletion was heard of may still keep something.
  static constexpr std::chrono::minutes kSettling{10};

  /// Heard of at `now`. What was heard of before is to be erased once more.
  void Add(const DeletedUser& user, WallTime now);
  [[nodiscard]] bool Contains(std::string_view id) const;

  /// kNotFound with reason ACCOUNT_DELETED: keep nothing of this player.
  [[nodiscard]] Status Check(std::string_view id) const;

  /// All that was kept of the player at `since` is gone; the last time for them if that was `kSettling` after
  /// it was heard of.
  void NoteErased(std::string_view id, WallTime since);

  /// Whom to erase once more: those with whom it failed, and those of whom a call under way may have kept
  /// something since. Forgets whom nobody tells of any more.
  [[nodiscard]] std::vector<std::string> Pending(WallTime now);

 private:
  struct Entry {
    WallTime heard_at{};
    WallTime until{};
    bool done = false;
  };
  mutable std::mutex mutex_;
  StringMap<Entry> players_;
};

}  // namespace oofgg::game
