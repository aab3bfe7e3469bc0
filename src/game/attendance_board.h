#pragma once

#include <absl/functional/any_invocable.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// For how long a place in the queue is kept whose owner's last watch has ended: as others are matched with
/// who holds one, no longer than a reconnect takes.
[[nodiscard]] constexpr Duration QueueGraceOf(Duration disconnect_grace) {
  return std::min<Duration>(disconnect_grace, std::chrono::seconds(5));
}

/// What several instances share of who attends which session: each tells of its own streams, and all see the
/// sum. Whom only an instance had that died is absent from when that was noticed. An absence lasts for the
/// grace that the board was made with, or its `QueueGraceOf`.
/// Threads: safe. Errors: kUnavailable, it cannot be asked now.
class AttendanceBoard {
 public:
  virtual ~AttendanceBoard() = default;

  enum class Where : std::uint8_t {
    kHere,     ///< Has a stream open at this instance.
    kAway,     ///< Has none here any more: absent, unless they are at another instance.
    kOut,      ///< Left, or came anew: not here, and no absence from before counts.
    kLeaving,  ///< As `kAway`, for the shorter grace.
  };
  struct Word {
    std::string session_id;
    std::string player_id;
    Where where = Where::kHere;

    friend bool operator==(const Word&, const Word&) = default;
  };
  /// Without waiting. `on_told` is called once, inside the call or on another thread. Said twice is as good
  /// as once. kAborted: this instance was taken for dead meanwhile; after its next `Beat` it tells anew.
  using OnTold = absl::AnyInvocable<void(Status)>;
  virtual void Tell(std::vector<Word> words, OnTold on_told) = 0;

  /// This instance lives; to be called every second or so, from before the first word. False: nothing that it
  /// told before counts any longer, and it is to tell of all who are here.
  virtual StatusOr<bool> Beat() = 0;

  struct Absence {
    std::string session_id;
    std::string player_id;

    friend bool operator==(const Absence&, const Absence&) = default;
  };
  /// Some of those whose grace is over, given to one instance only. It says kOut of whom it has seen to; the
  /// others are given out again after a while.
  virtual StatusOr<std::vector<Absence>> TakeDue() = 0;

  /// Of each of these sessions, whether anybody has a stream open on it at any instance, or is absent for no
  /// longer than their grace.
  virtual StatusOr<std::vector<bool>> AreAttended(const std::vector<std::string>& session_ids) = 0;
};

}  // namespace oofgg::game
