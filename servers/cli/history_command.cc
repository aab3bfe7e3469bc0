// history.

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/match_attributes.h"
#include "servers/cli/arguments.h"
#include "servers/cli/context.h"
#include "servers/cli/table.h"

namespace oofgg::cli {
namespace {

std::string LengthText(const PlayedMatch& match) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(match.duration()).count();
  return std::to_string(seconds / 60) + " min " + std::to_string(seconds % 60) + " s";
}

/// `win, 1st` is for people to say; here it is `win #1`.
std::string OutcomeText(const MatchPlayer& player) {
  std::string text;
  if (player.result != MatchResult::kNone) text = base::NameOf(player.result);
  if (player.placement > 0) text += (text.empty() ? "#" : " #") + std::to_string(player.placement);
  return text.empty() ? "-" : text;
}

/// `4200`, or with its type where that is not the default.
std::string ScoresText(const MatchPlayer& player) {
  std::string text;
  for (const MatchScore& score : player.scores) {
    if (!text.empty()) text += ", ";
    if (score.score_type != "default") text += score.score_type + " ";
    text += std::to_string(score.value);
  }
  return text.empty() ? "-" : text;
}

nlohmann::json ObjectOf(const MatchPlayer& player) {
  nlohmann::json scores = nlohmann::json::array();
  for (const MatchScore& score : player.scores) {
    scores.push_back({{"score_type", score.score_type}, {"value", score.value}});
  }
  return {
      {"player_id", player.player_id},
      {"player", player.username},
      {"team_id", player.team_id},
      {"joined_at_ms", MomentMillis(player.joined_at)},
      {"left_at_ms", player.left_at.has_value() ? nlohmann::json(MomentMillis(*player.left_at)) : nullptr},
      {"result", base::NameOf(player.result)},
      {"placement", player.placement},
      {"scores", std::move(scores)}};
}

nlohmann::json ObjectOf(const PlayedMatch& match) {
  nlohmann::json players = nlohmann::json::array();
  for (const MatchPlayer& player : match.players) players.push_back(ObjectOf(player));
  return {{"match_id", match.id},
          {"game_id", match.game_id},
          {"region", match.region},
          {"started_at_ms", MomentMillis(match.started_at)},
          {"finished_at_ms", MomentMillis(match.finished_at)},
          {"duration_ms", MomentMillis(match.finished_at) - MomentMillis(match.started_at)},
          {"end", base::NameOf(match.end)},
          {"players", std::move(players)}};
}

/// As `player_id` saw it.
TableRow RowOf(const PlayedMatch& match, const std::string& player_id) {
  std::string outcome = "-";
  std::string scores = "-";
  std::string others;
  for (const MatchPlayer& player : match.players) {
    if (player.player_id == player_id) {
      outcome = OutcomeText(player);
      scores = ScoresText(player);
      continue;
    }
    if (!others.empty()) others += ", ";
    others += player.player_id.empty() ? "somebody" : player.username;
  }
  return {{match.id, match.game_id, MomentText(match.finished_at, "-"), LengthText(match),
           std::string(base::NameOf(match.end)), outcome, scores, others},
          ObjectOf(match)};
}

Status PrintHistory(Context& context, ListMatchesRequest request, std::size_t limit) {
  OOFGG_ASSIGN_OR_RETURN(Client* const client, context.signed_in_client());
  const std::string player = request.player_id.empty() ? client->tokens().user_id : request.player_id;
  std::vector<TableRow> rows;
  do {
    constexpr std::size_t kPage = 100;
    request.limit = static_cast<std::int32_t>((std::min)(kPage, limit - rows.size()));
    OOFGG_ASSIGN_OR_RETURN(const MatchesPage page, client->matches().List(request));
    for (const PlayedMatch& match : page.matches) rows.push_back(RowOf(match, player));
    request.cursor = page.next_cursor;
  } while (!request.cursor.empty() && rows.size() < limit);
  PrintTable(context, {"match", "game", "ended", "took", "how", "result", "score", "with"}, rows,
             "no matches; one is listed once it is over");
  return {};
}

}  // namespace

void AddHistoryCommand(CLI::App& app, Command* chosen) {
  const auto request = std::make_shared<ListMatchesRequest>();
  const auto limit = std::make_shared<std::int64_t>(10);
  auto* history = app.add_subcommand("history", "The matches that were played, newest first");
  AddText(*history, "--player", &request->player_id, "Whose, by id; for admins and servers (default: yours)");
  AddText(*history, "--game", &request->game_id, "Of one game, by its id (default: all)");
  AddInteger(*history, "--limit", limit.get(), "How many, 1 to 10000 (default: 10)", 1, 10'000);
  history->callback([=] {
    *chosen = [=](Context& context) {
      return PrintHistory(context, *request, static_cast<std::size_t>(*limit));
    };
  });
}

}  // namespace oofgg::cli
