#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace oofgg {

/// A party that wants to play. The caller must be one of `players`.
struct CreateTicketRequest {
  std::string game_id;                           ///< Chooses the rule set and the fleet; not looked up.
  std::vector<std::string> players{};            ///< Empty: the caller alone.
  std::map<std::string, double> numbers{};       ///< Such as `skill`.
  std::map<std::string, std::string> strings{};  ///< Such as `mode`.
};

enum class TicketState : std::uint8_t {
  kWaiting = 0,    ///< Looking for others.
  kMatched = 1,    ///< A match exists; a server is being made ready.
  kAssigned = 2,   ///< `assignment` says where to play. Final.
  kCancelled = 3,  ///< By its owner, or by its owner's leaving. Final.
  kFailed = 4,     ///< No server could be had; `error` says why. Final.
};

/// Where to play, given to each player once the seat is taken.
struct Assignment {
  std::string match_id;
  std::string address;                          ///< `host:port` of the game server.
  std::string join_ticket;                      ///< Signed, single use, this player's alone.
  std::vector<std::vector<std::string>> teams;  ///< Player ids by team.
};

struct Ticket {
  std::string id;
  std::string game_id;
  std::vector<std::string> players;
  TicketState state = TicketState::kWaiting;
  std::string match_id;   ///< From kMatched on.
  Assignment assignment;  ///< At kAssigned, with the receiver's own join ticket.
  std::string error;      ///< At kFailed.
  std::chrono::milliseconds waited{0};
};

struct TicketId {
  std::string id;
};

}  // namespace oofgg
