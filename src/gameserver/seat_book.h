#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/game_server.h"

namespace oofgg::gameserver {

/// Who may sit, who sits, and since when nobody does. Plain and deterministic: time is passed in.
/// Threads: one owner.
class SeatBook {
 public:
  SeatBook(std::uint32_t slots, Duration join_timeout, Duration idle_timeout, TimePoint now,
           Duration orphan_timeout = Duration::zero());

  /// Holds a seat for `player`. True also if it is held already; false if all seats are taken.
  bool Reserve(std::string_view player, TimePoint now);
  [[nodiscard]] bool IsReserved(std::string_view player) const { return seats_.contains(player); }
  /// Whether the player holds a seat and was let in to it.
  [[nodiscard]] bool IsSeated(std::string_view player) const;
  /// The player is connected. False without a seat.
  bool Seat(std::string_view player);
  /// Frees the seat of a player who left, or who was reserved and is no longer wanted. True if they were
  /// connected.
  bool Free(std::string_view player, TimePoint now);

  /// Frees the seats whose players did not come in time.
  void Advance(TimePoint now);
  /// A maker has called.
  void Called(TimePoint now) { called_at_ = now; }
  /// When `Advance`, `IsIdle` or `IsOrphan` will have something new to say.
  [[nodiscard]] TimePoint NextDeadline() const;
  /// Whether nobody has held a seat for the idle timeout.
  [[nodiscard]] bool IsIdle(TimePoint now) const;
  /// Whether nobody has held a seat, nor called, for the orphan timeout.
  [[nodiscard]] bool IsOrphan(TimePoint now) const { return now >= OrphanAt(); }

  [[nodiscard]] GameServerLoad load() const;

 private:
  struct Seated {
    bool connected = false;
    TimePoint join_before;
  };

  [[nodiscard]] TimePoint OrphanAt() const;

  const std::uint32_t slots_;
  const Duration join_timeout_;
  const Duration idle_timeout_;
  const Duration orphan_timeout_;
  TimePoint empty_since_;
  TimePoint called_at_;
  std::map<std::string, Seated, std::less<>> seats_;
};

}  // namespace oofgg::gameserver
