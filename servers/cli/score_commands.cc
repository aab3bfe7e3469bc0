// score, leaderboard.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "servers/cli/arguments.h"
#include "servers/cli/context.h"

namespace oofgg::cli {
namespace {

constexpr std::size_t kRankWidth = 4;
constexpr std::size_t kScoreWidth = 12;

Status SubmitScore(Context& context, const ScoreSubmission& score) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const LeaderboardEntry entry, client->scores().SubmitScore(score));
  context.Print("scored " + std::to_string(score.value) + ", rank " + std::to_string(entry.rank),
                {{"score_id", entry.score.id}, {"value", score.value}, {"rank", entry.rank}});
  return {};
}

std::string Right(const std::string& text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + text;
}

std::string Row(const std::string& rank, const std::string& name, std::size_t name_width,
                const std::string& value) {
  const std::string padding(name_width - (std::min)(name_width, name.size()), ' ');
  return Right(rank, kRankWidth) + "  " + name + padding + "  " + Right(value, kScoreWidth);
}

Status PrintLeaderboard(Context& context, const LeaderboardRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  OOFGG_ASSIGN_OR_RETURN(const Leaderboard board, client->scores().GetLeaderboard(request));
  std::size_t width = std::string_view("player").size();
  for (const LeaderboardEntry& entry : board.entries) width = (std::max)(width, entry.player_name.size());
  if (!context.settings().json) {
    context.Print(board.entries.empty() ? "no scores yet" : Row("rank", "player", width, "score"), {});
  }
  for (const LeaderboardEntry& entry : board.entries) {
    context.Print(
        Row(std::to_string(entry.rank), entry.player_name, width, std::to_string(entry.score.value)),
        {{"rank", entry.rank},
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
  AddPositional(*submit, "GAME", &score->game_id, "Its id, as `oofgg game list` shows it");
  AddInteger(*submit, "SCORE", &score->value, "A whole number")->required();
  AddText(*submit, "--type", &score->score_type, "Which leaderboard of the game (default: default)");
  AddText(*submit, "--match", &score->instance_id, "The match or session it was won in (default: none)");
  submit->callback([=] { *chosen = [=](Context& context) { return SubmitScore(context, *score); }; });

  const auto request = std::make_shared<LeaderboardRequest>();
  const auto limit = std::make_shared<std::int64_t>(10);
  auto* board = app.add_subcommand("leaderboard", "The best of a game");
  AddPositional(*board, "GAME", &request->game_id, "Its id, as `oofgg game list` shows it");
  AddText(*board, "--type", &request->score_type, "Which leaderboard of the game (default: default)");
  AddText(*board, "--period", &request->time_period,
          "all_time, daily, weekly or monthly, in UTC (default: all_time)");
  AddText(*board, "--around", &request->around_player_id,
          "A player's id: the page around them (default: the top)");
  AddInteger(*board, "--limit", limit.get(), "How many, 1 to 100 (default: 10)", 1, 100);
  board->callback([=] {
    request->limit = static_cast<std::int32_t>(*limit);
    *chosen = [=](Context& context) { return PrintLeaderboard(context, *request); };
  });
}

}  // namespace oofgg::cli
