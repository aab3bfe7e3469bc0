#pragma once

#include <absl/functional/any_invocable.h>

#include <map>
#include <string>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::matchmaking {

struct MatchRequest {
  std::string match_id;
  std::string game_id;
  std::vector<std::vector<std::string>> teams;  ///< Player ids by team.
  /// The tickets' `mode` and `region`, where all of them say the same.
  std::string mode{};
  std::string region{};
};

struct MatchSeats {
  std::string address;                              ///< `host:port` of the game server.
  std::map<std::string, std::string> join_tickets;  ///< By player id; one for each player of the match.
};

/// Finds a match its game server: seats for all players, or for none. Implemented by the maker.
/// Threads: safe. Neither method blocks.
class MatchAllocator {
 public:
  using Done = absl::AnyInvocable<void(StatusOr<MatchSeats>)>;

  virtual ~MatchAllocator() = default;

  /// Starts looking; calls `done` exactly once, on any thread, unless the match is cancelled before. An
  /// error fails the tickets of the match, its message being shown to the players.
  virtual void Allocate(MatchRequest request, Done done) = 0;

  /// The match will not be played: seats taken or under way are given back, however far the search is. Told
  /// only after `Allocate` of it has returned. `done` may still be called, which changes nothing any more. An
  /// unknown match is no error: it may have failed already.
  virtual void Cancel(const std::string& match_id) = 0;
};

}  // namespace oofgg::matchmaking
