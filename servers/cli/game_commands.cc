// game create, game list.

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"

namespace oofgg::cli {
namespace {

Status CreateGame(Context& context, const CreateGameRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const Game game, client->games().CreateGame(request));
  context.Print(game.id, {{"game_id", game.id}, {"name", game.name}});
  return {};
}

Status ListGames(Context& context) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  GetGameRequest request;
  do {
    OOFGG_ASSIGN_OR_RETURN(const GamesPage page, client->games().GetGame(request));
    for (const Game& game : page.games) {
      context.Print(game.id + "  " + game.name, {{"game_id", game.id}, {"name", game.name}});
    }
    request.cursor = page.next_cursor;
  } while (!request.cursor.empty());
  return {};
}

}  // namespace

void AddGameCommands(CLI::App& app, Command* chosen) {
  auto* game = app.add_subcommand("game", "Make and list games")->require_subcommand(1);
  const auto request = std::make_shared<CreateGameRequest>();
  auto* create = game->add_subcommand("create", "Make a game; prints its id");
  AddPositional(*create, "NAME", &request->name, "What players call it");
  AddText(*create, "--description", &request->description, "What it is about (default: none)");
  create->callback([=] { *chosen = [=](Context& context) { return CreateGame(context, *request); }; });
  game->add_subcommand("list", "All games, one a line")->callback([=] { *chosen = ListGames; });
}

}  // namespace oofgg::cli
