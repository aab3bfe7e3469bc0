#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/model/account.h"

namespace oofgg::game {

/// Whose accounts were deleted, as far as this process has heard: nothing is kept of them any more. In memory
/// only, as each start hears of the deletions of the last while again. Threads: safe.
class ErasedPlayers {
 public:
  void Add(const DeletedUser& user);
  [[nodiscard]] bool Contains(std::string_view id) const;

  /// All that was kept of the player is gone.
  void SetDone(std::string_view id);

  /// Whom to erase once more: those with whom it failed, and those deleted less than `settling` ago, of whom
  /// a call under way may have kept something since. Forgets whom nobody tells of any more.
  [[nodiscard]] std::vector<std::string> Pending(WallTime now, std::chrono::milliseconds settling);

 private:
  struct Entry {
    WallTime deleted_at{};
    WallTime until{};
    bool done = false;
  };
  mutable std::mutex mutex_;
  StringMap<Entry> players_;
};

}  // namespace oofgg::game
