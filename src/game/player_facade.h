#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "game/erased_players.h"
#include "game/player_store.h"
#include "oofgg/caller.h"
#include "oofgg/model/game.h"
#include "oofgg/status.h"

namespace oofgg::game {

/// Player profiles. A player's id is the user id of the account; a profile is made by the first call that
/// needs one, with the id as its name until `CreatePlayer` gives a better one.
/// Threads: safe; methods block on the store. Errors besides those named: kUnauthenticated without a caller,
/// kPermissionDenied, kInvalidArgument, kUnavailable when the store cannot be used, kNotFound with reason
/// ACCOUNT_DELETED where somebody whose account was deleted would need one.
class PlayerFacade {
 public:
  /// Both outlive it.
  PlayerFacade(PlayerStore& players, const ErasedPlayers& erased) : players_(players), erased_(erased) {}

  /// Makes the caller's profile, or names it if it still has none of its own. Idempotent on the caller's
  /// id: otherwise the profile comes back as it is. Of `player` the username (3 to 32 of [A-Za-z0-9_.-];
  /// for display, not unique), e-mail, team and is_ai count; score, role and is_inactive are not the caller's
  /// to say.
  StatusOr<Player> CreatePlayer(const CallContext& context, const Player& player);

  /// A profile; the e-mail is left out unless it is the caller's own. Makes the caller's own if there is
  /// none. kNotFound: no such player.
  StatusOr<Player> GetPlayer(const CallContext& context, const GetPlayerRequest& request);
  /// What `GetPlayer` answers, if that is known without waiting for the store; never blocks.
  std::optional<StatusOr<Player>> GetPlayerAtHand(const CallContext& context,
                                                  const GetPlayerRequest& request);

  /// Changes what the request names. kNotFound: no such player (but the caller's own is made).
  /// kAborted: it is no longer the version that the request names, or others kept writing at the same time.
  StatusOr<Player> UpdatePlayer(const CallContext& context, const UpdatePlayerRequest& request);

  /// For the other facades: the profile of `id`, made if there is none. `username` names a new one, or one
  /// that has no name of its own yet; empty for none.
  StatusOr<Player> EnsurePlayer(std::string_view id, std::string_view username = {});

  /// For the other facades: the profile of `id` as the store tells it, if it does without waiting; else null.
  std::shared_ptr<const Player> PlayerAtHand(std::string_view id) { return players_.PlayerAtHand(id); }

  /// For the other facades: the profiles of those of `ids` who have one.
  using Profiles = std::unordered_map<std::string, std::shared_ptr<const Player>>;
  StatusOr<Profiles> ProfilesOf(std::span<const std::string> ids);

  /// Deletes the profile of somebody whose account was deleted. False: there was none.
  StatusOr<bool> ErasePlayer(std::string_view id) { return players_.ErasePlayer(id); }

 private:
  PlayerStore& players_;
  const ErasedPlayers& erased_;
};

}  // namespace oofgg::game
