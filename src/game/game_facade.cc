#include "game/game_facade.h"

#include "game/authorization.h"
#include "game/cursor.h"
#include "game/validation.h"

namespace oofgg::game {

StatusOr<Game> GameFacade::CreateGame(const CallContext& context, const CreateGameRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kCreateGame));
  OOFGG_RETURN_IF_ERROR(CheckText("name", request.name, 1, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckText("description", request.description, 0, kMaxDescriptionBytes));
  OOFGG_RETURN_IF_ERROR(CheckData("data", request.data));
  const auto sum = Fingerprint().Add(request.name).Add(request.description).Add(request.data);
  OOFGG_ASSIGN_OR_RETURN(const CreationKey key, MakeCreationKey(context, sum));

  Game game;
  game.id = ids_.Next();
  game.name = request.name;
  game.description = request.description;
  game.data = request.data;
  game.owner_id = context.caller->user_id;
  const bool limited = context.caller->role != "admin" && context.caller->role != "service";
  OOFGG_ASSIGN_OR_RETURN(Game made, games_.CreateGame(game, key, limited ? options_.games_per_user : 0));
  if (made.id == game.id) {
    log_.Append(
        {clock_.WallNow(), "game.created", made.id, {{"owner_id", made.owner_id}, {"name", made.name}}});
  }
  return made;
}

StatusOr<GamesPage> GameFacade::GetGame(const CallContext& context, const GetGameRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  if (request.id.empty()) return ListGames(request);
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  GamesPage page;
  OOFGG_ASSIGN_OR_RETURN(Game game, games_.FindGame(request.id));
  page.games.push_back(std::move(game));
  return page;
}

StatusOr<GamesPage> GameFacade::ListGames(const GetGameRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  OOFGG_ASSIGN_OR_RETURN(const std::string after, DecodeCursor("games", request.cursor));

  GamesPage page;
  OOFGG_ASSIGN_OR_RETURN(page.games, games_.ListGames(after, limit + 1));
  if (page.games.size() > limit) {  // One too many was asked for, to know whether there is more.
    page.games.resize(limit);
    page.next_cursor = EncodeCursor("games", page.games.back().id);
  }
  return page;
}

Status GameFacade::EnsureGame(const Game& game) {
  OOFGG_RETURN_IF_ERROR(CheckId("id", game.id));
  const Status made = games_.CreateGame(game, {}, 0).status();
  return made.code() == StatusCode::kAlreadyExists ? Status() : made;
}

}  // namespace oofgg::game
