#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace oofgg {

/// A player's place in a session.
struct Seat {
  std::string token;
  std::string session_id;
};

/// Players with a stream open each, over one of the ways into oofgg-game.
/// Threads: `Send` one at a time. Lifetime: destroying them closes their streams.
class EventPlayers {
 public:
  /// Told how long each event took from a player's `Send` to another's end; on any thread.
  using OnEvent = std::function<void(std::chrono::nanoseconds took)>;

  virtual ~EventPlayers() = default;

  /// `player` sends an event to the session; what waits before it goes first.
  virtual void Send(std::size_t player) = 0;
};

/// The data of an event sent now: a position, and the moment.
[[nodiscard]] std::string DataOfNow();

/// How old such data is; negative: it is none.
[[nodiscard]] std::chrono::nanoseconds AgeOf(std::string_view data);

}  // namespace oofgg
