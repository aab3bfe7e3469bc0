// score, leaderboard.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/context.h"

namespace oofgg::cli {
namespace {

using nlohmann::json;

Status SubmitScore(Context& context, const ScoreSubmission& score) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(const LeaderboardEntry entry, client->scores().SubmitScore(score));
  context.Print("scored " + std::to_string(score.value) + ", rank " + std::to_string(entry.rank),
                {{"score_id", entry.score.id}, {"value", score.value}, {"rank", entry.rank}});
  return {};
}

Status PrintLeaderboard(Context& context, const LeaderboardRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.client());
  OOFGG_ASSIGN_OR_RETURN(const Leaderboard board, client->scores().GetLeaderboard(request));
  if (board.entries.empty() && !context.settings().json) {
    context.Print("no scores yet", {});
    return {};
  }
  for (const LeaderboardEntry& entry : board.entries) {
    char line[128];
    std::snprintf(line, sizeof line, "%4lld  %-24.40s %12lld", static_cast<long long>(entry.rank),
                  entry.player_name.c_str(), static_cast<long long>(entry.score.value));
    context.Print(line, {{"rank", entry.rank},
                         {"player_id", entry.score.player_id},
                         {"player", entry.player_name},
                         {"value", entry.score.value}});
  }
  return {};
}

}  // namespace

void AddScoreCommands(CLI::App& app, Command* chosen) {
  const auto score = std::make_shared<ScoreSubmission>();
  auto* submit = app.add_subcommand("score", "Submit a score of yours");
  submit->add_option("game", score->game_id, "Game id")->required();
  submit->add_option("value", score->value, "The score")->required();
  submit->add_option("--type", score->score_type, "Which leaderboard of the game");
  submit->add_option("--match", score->instance_id, "The match or session it was won in");
  submit->callback([=] { *chosen = [=](Context& context) { return SubmitScore(context, *score); }; });

  const auto request = std::make_shared<LeaderboardRequest>();
  auto* board = app.add_subcommand("leaderboard", "The best of a game");
  board->add_option("game", request->game_id, "Game id")->required();
  board->add_option("--type", request->score_type, "Which leaderboard of the game");
  board->add_option("--limit", request->limit, "How many (default: 10)")->check(CLI::Range(1, 100));
  board->callback([=] { *chosen = [=](Context& context) { return PrintLeaderboard(context, *request); }; });
}

}  // namespace oofgg::cli
