#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "game/cursor.h"
#include "game/game_store.h"
#include "game/match_store.h"
#include "game/player_facade.h"
#include "game/score_store.h"
#include "oofgg/caller.h"
#include "oofgg/model/match_history.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// What was played: matches that are over. Threads: safe; methods block on the stores. Errors besides those
/// named: kUnauthenticated without a caller, kPermissionDenied, kInvalidArgument, kUnavailable.
class MatchFacade {
 public:
  struct Parts {
    MatchStore& matches;
    GameStore& games;
    ScoreStore& scores;
    PlayerFacade& players;
    const Cursors& cursors;
  };

  explicit MatchFacade(const Parts& parts) : parts_(parts) {}

  /// The matches of a player, newest end first: of the caller, or of anybody for servers and admins.
  /// kNotFound: no such game.
  StatusOr<MatchesPage> ListMatches(const CallContext& context, const ListMatchesRequest& request);

  /// One match, for those who were in it, servers and admins. kNotFound: no such match, or it is not over.
  StatusOr<PlayedMatch> GetMatch(const CallContext& context, const GetMatchRequest& request);

  /// Forgets who somebody was whose account was deleted; that somebody played stays.
  Status ErasePlayer(std::string_view id);

 private:
  StatusOr<MatchRecord> Find(const std::string& caller, const std::string& id);
  StatusOr<std::vector<PlayedMatch>> Describe(std::span<const MatchRecord> records);
  Status AddScores(std::span<const MatchRecord> records, std::vector<PlayedMatch>& matches);
  Status AddNames(std::vector<PlayedMatch>& matches);

  const Parts parts_;
};

}  // namespace oofgg::game
