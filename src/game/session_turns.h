#pragma once

#include <array>
#include <functional>
#include <mutex>
#include <string_view>

namespace oofgg::game {

/// Lets changes of one session happen one after another in this process, each with what is told of it, so
/// that its stream tells them in the order in which they were stored. A turn is held while the store is
/// written; sessions that share one of a few locks wait for each other. Threads: safe.
class SessionTurns {
 public:
  using Turn = std::unique_lock<std::mutex>;
  /// Whoever has a turn takes no other.
  [[nodiscard]] Turn Take(std::string_view session_id) {
    return Turn(locks_[std::hash<std::string_view>()(session_id) % locks_.size()]);
  }

 private:
  std::array<std::mutex, 64> locks_;
};

}  // namespace oofgg::game
