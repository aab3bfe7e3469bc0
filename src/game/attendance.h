#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "game/string_map.h"
#include "oofgg/clock.h"

namespace oofgg::game {

/// Who has an event stream open on which session, and who had one and has been away for longer than a grace.
/// Who never opened one is not waited for. Pure: the owner of the clock asks for what is due.
/// Threads: safe.
class Attendance {
 public:
  Attendance(const Clock& clock, Duration grace) : clock_(clock), grace_(grace) {}

  void Arrive(std::string_view session_id, std::string_view player_id);
  /// One call for each `Arrive`.
  void Depart(std::string_view session_id, std::string_view player_id);

  /// The player left, or came anew: an absence from before no longer counts.
  void Forget(std::string_view session_id, std::string_view player_id);

  struct Absence {
    std::string session_id;
    std::string player_id;

    friend bool operator==(const Absence&, const Absence&) = default;
  };
  /// Those whose grace is over, who are then forgotten here; in order of departure.
  [[nodiscard]] std::vector<Absence> TakeDue();

  /// Whether anybody has a stream open on the session, or is still within the grace.
  [[nodiscard]] bool IsAttended(std::string_view session_id) const;

 private:
  struct Presence {
    std::size_t streams = 0;
    TimePoint absent_since{};  // While there are none.
  };
  struct Departure {
    TimePoint when;
    Absence who;
  };

  const Clock& clock_;
  const Duration grace_;
  mutable std::mutex mutex_;
  StringMap<std::map<std::string, Presence, std::less<>>> sessions_;  // By session, then player.
  std::deque<Departure> departures_;  // Some of them back by now, or gone again later.
};

}  // namespace oofgg::game
