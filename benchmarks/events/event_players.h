#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace oofgg {

/// A player's place in a session.
struct Seat {
  std::string token;
  std::string session_id;
};

/// What an event's data says: which player sent it, and how long ago.
struct Stamp {
  std::size_t sender = 0;
  std::chrono::nanoseconds age{};
};

/// Players with a stream open each, over one of the ways into oofgg-game. They hear their own events too.
/// Threads: `Send` one at a time. Lifetime: destroying them closes their streams.
class EventPlayers {
 public:
  /// Told of each event that a player hears; on any thread.
  using OnEvent = std::function<void(std::size_t listener, const Stamp& stamp)>;

  virtual ~EventPlayers() = default;

  /// `player` sends an event to the session; what waits before it goes first.
  virtual void Send(std::size_t player) = 0;
};

/// The data of an event that `sender` sends now: a position, who and when.
[[nodiscard]] std::string StampedData(std::size_t sender);

/// Nothing: it is no such data.
[[nodiscard]] std::optional<Stamp> StampOf(std::string_view data);

}  // namespace oofgg
