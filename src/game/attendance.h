#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/attendance_board.h"
#include "game/attendance_teller.h"
#include "game/string_map.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Among players, who a session's game servers are: they attend it, and are no members to be waited for.
inline constexpr std::string_view kGameServers;

/// Who has a stream open on which session (of its events, or of their own place in the queue), and who had
/// one and has been away for longer than a grace. Who never opened one is not waited for. Pure: the owner of
/// the clock asks for what is due.
///
/// Where there are several instances they share a board, and then it is the board that knows who is away:
/// who comes and goes here is told it without waiting, and while it cannot be asked nobody is due.
/// Threads: safe.
class Attendance {
 public:
  /// `board`, which must outlive it, has a grace of its own; null: this is the only instance.
  Attendance(const Clock& clock, Duration grace, AttendanceBoard* board = nullptr);
  ~Attendance();
  Attendance(const Attendance&) = delete;
  Attendance& operator=(const Attendance&) = delete;

  enum class Grace : std::uint8_t {
    kDisconnect,  ///< The one that it was made with.
    kQueue,       ///< `QueueGraceOf` that.
  };

  void Arrive(std::string_view session_id, std::string_view player_id);
  /// One call for each `Arrive`. The grace of the last stream to close counts.
  void Depart(std::string_view session_id, std::string_view player_id, Grace grace = Grace::kDisconnect);

  /// The process ends: whose streams end from now on have not gone, it is this instance that goes.
  void Drain();

  /// The player left, or came anew: an absence from before no longer counts.
  void Forget(std::string_view session_id, std::string_view player_id);

  using Absence = AttendanceBoard::Absence;
  /// Those whose grace is over, in the order in which it ended; to be called every second or so. Who is put
  /// out then, or need not be, is to be told by `Forget`. kUnavailable: the board cannot be asked.
  [[nodiscard]] StatusOr<std::vector<Absence>> TakeDue();

  /// Of each session, whether anybody has a stream open on it, or is still within the grace. kUnavailable:
  /// the board cannot be asked.
  [[nodiscard]] StatusOr<std::vector<bool>> AreAttended(const std::vector<std::string>& session_ids) const;
  /// The same of one; in doubt it is.
  [[nodiscard]] bool IsAttended(std::string_view session_id) const;

 private:
  struct Presence {
    std::size_t streams = 0;
    TimePoint due{};  // While there are none.
  };
  using Players = std::map<std::string, Presence, std::less<>>;

  void Erase(StringMap<Players>::iterator session, Players::iterator player);
  [[nodiscard]] std::vector<Absence> TakeOwnDue();
  [[nodiscard]] bool IsHere(const Absence& who) const;
  void TellAll();
  void Say(std::string_view session_id, std::string_view player_id, AttendanceBoard::Where where);

  const Clock& clock_;
  const Duration grace_;
  AttendanceBoard* const board_;
  const std::shared_ptr<AttendanceTeller> teller_;  // Null without a board. Its lock is taken under mutex_.
  mutable std::mutex mutex_;
  bool draining_ = false;
  StringMap<Players> sessions_;  // By session, then player.
  // Without a board: by when they are due. Some of them are back by now, or went again later.
  std::multimap<TimePoint, Absence> departures_;
};

}  // namespace oofgg::game
