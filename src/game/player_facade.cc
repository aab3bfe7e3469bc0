#include "game/player_facade.h"

#include <algorithm>

#include "game/authorization.h"
#include "game/optimistic.h"
#include "game/validation.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kMaxEmailBytes = 254;  // RFC 5321's path, less its brackets.

// The same names that accounts may have, so that one can always be shown for the other.
Status CheckUsername(std::string_view username) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  if (username.empty()) return {};  // Keeps the default.
  if (username.size() >= 3 && username.size() <= 32 && std::all_of(username.begin(), username.end(), fits))
    return {};
  return InvalidField("username", "is not a name; 3 to 32 letters, digits and _ . -");
}

Status CheckEmail(std::string_view email) {
  if (email.empty()) return {};
  OOFGG_RETURN_IF_ERROR(CheckText("email", email, 3, kMaxEmailBytes));
  const auto at = email.find('@');
  if (at != std::string_view::npos && at > 0 && at + 1 < email.size()) return {};
  return InvalidField("email", "is not an e-mail address; name@host");
}

Player ShownTo(const CallContext& context, Player player) {
  if (context.caller->user_id != player.id) player.email.clear();
  return player;
}

// Changes a profile, of that version if one is asked for, by `change`; again if somebody wrote in between.
template <typename Change>
StatusOr<Player> Modify(PlayerStore& players, std::string_view id, Change change, std::int64_t version = 0) {
  const auto attempt = [&]() -> StatusOr<Player> {
    OOFGG_ASSIGN_OR_RETURN(Player player, players.FindPlayerToChange(id));
    OOFGG_RETURN_IF_ERROR(CheckVersion("the player", version, player.version));
    if (!change(player)) return player;
    return players.UpdatePlayer(player);
  };
  return RetryOnConflict(attempt, version);
}

}  // namespace

StatusOr<Player> PlayerFacade::CreatePlayer(const CallContext& context, const Player& player) {
  const bool self = context.caller.has_value() && (player.id.empty() || player.id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kWritePlayer, {.self = self}));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("id", player.id));
  OOFGG_RETURN_IF_ERROR(CheckUsername(player.username));
  OOFGG_RETURN_IF_ERROR(CheckEmail(player.email));
  OOFGG_RETURN_IF_ERROR(CheckText("team", player.team, 0, kMaxNameBytes));

  Player fresh;
  fresh.id = player.id.empty() ? context.caller->user_id : player.id;
  OOFGG_RETURN_IF_ERROR(erased_.Check(fresh.id));
  fresh.username = player.username.empty() ? fresh.id : player.username;
  fresh.email = player.email;
  fresh.team = player.team;
  fresh.is_ai = player.is_ai;
  const Status inserted = players_.InsertPlayer(fresh);
  fresh.version = 1;
  if (inserted.ok()) return ShownTo(context, std::move(fresh));
  if (inserted.code() != StatusCode::kAlreadyExists) return inserted;

  // Made by another call that needed a profile: it has had no say yet in what it holds.
  OOFGG_ASSIGN_OR_RETURN(Player made, Modify(players_, fresh.id, [&](Player& stored) {
                           if (stored.username != stored.id || fresh.username == fresh.id) return false;
                           stored.username = fresh.username;
                           if (stored.email.empty()) stored.email = fresh.email;
                           if (stored.team.empty()) stored.team = fresh.team;
                           stored.is_ai = stored.is_ai || fresh.is_ai;
                           return true;
                         }));
  return ShownTo(context, std::move(made));
}

StatusOr<Player> PlayerFacade::GetPlayer(const CallContext& context, const GetPlayerRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadPlayer));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("id", request.id));
  if (request.id.empty() || request.id == context.caller->user_id) {
    return EnsurePlayer(context.caller->user_id);
  }
  OOFGG_ASSIGN_OR_RETURN(Player player, players_.FindPlayer(request.id));
  return ShownTo(context, std::move(player));
}

std::optional<StatusOr<Player>> PlayerFacade::GetPlayerAtHand(const CallContext& context,
                                                              const GetPlayerRequest& request) {
  if (!Authorize(context, Act::kReadPlayer).ok() || !CheckOptionalId("id", request.id).ok()) {
    return std::nullopt;
  }
  const std::string& caller = context.caller->user_id;
  const bool self = request.id.empty() || request.id == caller;
  if (self && erased_.Contains(caller)) return std::nullopt;
  const auto player = players_.PlayerAtHand(self ? caller : request.id);
  if (player == nullptr) return std::nullopt;
  return ShownTo(context, *player);
}

StatusOr<Player> PlayerFacade::UpdatePlayer(const CallContext& context, const UpdatePlayerRequest& request) {
  const bool self =
      context.caller.has_value() && (request.id.empty() || request.id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kWritePlayer, {.self = self}));
  if (request.role.has_value()) OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kSetPlayerRole));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("id", request.id));
  OOFGG_RETURN_IF_ERROR(CheckText("team", request.team.value_or(""), 0, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckText("role", request.role.value_or(""), 0, kMaxNameBytes));

  const std::string& id = request.id.empty() ? context.caller->user_id : request.id;
  if (self) OOFGG_RETURN_IF_ERROR(EnsurePlayer(id).status());
  const auto change = [&](Player& stored) {
    stored.team = request.team.value_or(stored.team);
    stored.is_ai = request.is_ai.value_or(stored.is_ai);
    stored.is_inactive = request.is_inactive.value_or(stored.is_inactive);
    stored.role = request.role.value_or(stored.role);
    return true;
  };
  OOFGG_ASSIGN_OR_RETURN(Player updated, Modify(players_, id, change, request.version));
  return ShownTo(context, std::move(updated));
}

StatusOr<Player> PlayerFacade::EnsurePlayer(std::string_view id, std::string_view username) {
  OOFGG_RETURN_IF_ERROR(erased_.Check(id));
  const auto name_it = [&](Player& stored) {
    if (username.empty() || stored.username != stored.id) return false;
    stored.username = username;
    return true;
  };
  auto found = players_.FindPlayer(id);
  if (found.ok() && !name_it(*found)) return found;
  if (found.ok()) found = Modify(players_, id, name_it);
  if (found.ok() || found.status().code() != StatusCode::kNotFound) return found;

  Player fresh;
  fresh.id = id;
  fresh.username = username.empty() ? id : username;
  const Status inserted = players_.InsertPlayer(fresh);
  fresh.version = 1;
  if (inserted.ok()) return fresh;
  if (inserted.code() != StatusCode::kAlreadyExists) return inserted;
  return Modify(players_, id, name_it);  // Another call was faster.
}

StatusOr<PlayerFacade::Profiles> PlayerFacade::ProfilesOf(std::span<const std::string> ids) {
  OOFGG_ASSIGN_OR_RETURN(std::vector<Player> players, players_.FindPlayers(ids));
  Profiles profiles;
  for (Player& player : players) {
    const std::string id = player.id;
    profiles.emplace(id, std::make_shared<const Player>(std::move(player)));
  }
  return profiles;
}

}  // namespace oofgg::game
