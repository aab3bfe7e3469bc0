#include "game/game_facade.h"

#include <bit>
#include <utility>

#include "game/authorization.h"
#include "game/optimistic.h"
#include "game/validation.h"
#include "oofgg/parse.h"

namespace oofgg::game {
namespace {

Status CheckGame(const Game& game) {
  OOFGG_RETURN_IF_ERROR(CheckText("name", game.name, 1, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckText("description", game.description, 0, kMaxDescriptionBytes));
  OOFGG_RETURN_IF_ERROR(CheckText("short_description", game.short_description, 0, kMaxNameBytes));
  OOFGG_RETURN_IF_ERROR(CheckUrl("image_url", game.image_url));
  OOFGG_RETURN_IF_ERROR(CheckData("data", game.data));
  if (game.max_players_per_session > kMaxMembers) {
    return InvalidField("max_players_per_session", "is too many; at most " + std::to_string(kMaxMembers));
  }
  return CheckScoreRules(game.score_rules);
}

Fingerprint SumOf(const Game& game) {
  Fingerprint sum;
  sum.Add(game.name).Add(game.description).Add(game.data);
  // As a request of the contract alone always was: its sum must stay what it is.
  if (game.short_description.empty() && game.image_url.empty() && game.max_sessions == 0 &&
      game.max_players_per_session == 0 && game.score_rules.empty()) {
    return sum;
  }
  sum.Add(game.short_description).Add(game.image_url);
  sum.Add(std::int64_t{game.max_sessions}).Add(std::int64_t{game.max_players_per_session});
  for (const auto& [type, rule] : game.score_rules) {
    sum.Add(type).Add(static_cast<std::int64_t>(rule.order)).Add(static_cast<std::int64_t>(rule.keep));
    sum.Add(static_cast<std::int64_t>(rule.source)).Add(rule.min_value).Add(rule.max_value);
  }
  return sum;
}

ScoreRule RuleFor(const ScoreRules& rules, std::string_view type) {
  const auto named = rules.find(type);
  return named == rules.end() ? ScoreRule() : named->second;
}

// The types that would rank otherwise than before.
std::vector<std::string> RankedAnew(const ScoreRules& before, const ScoreRules& after) {
  std::vector<std::string> types;
  const auto note = [&](const std::string& type) {
    const ScoreRule was = RuleFor(before, type);
    const ScoreRule now = RuleFor(after, type);
    if (was.order != now.order || was.keep != now.keep) types.push_back(type);
  };
  for (const auto& [type, rule] : before) note(type);
  for (const auto& [type, rule] : after) {
    if (!before.contains(type)) note(type);
  }
  return types;
}

std::string TrendCursor(const TrendingGame& last) {
  return std::to_string(std::bit_cast<std::int64_t>(last.heat)) + "," + last.game.id;
}

StatusOr<std::optional<GameTrend>> TrendAt(std::string_view position) {
  if (position.empty()) return std::nullopt;
  const auto comma = position.find(',');
  const auto bits = ParseInteger<std::int64_t>(position.substr(0, comma));
  if (!bits.ok() || comma == std::string_view::npos) return NotACursor();
  return GameTrend{std::string(position.substr(comma + 1)), std::bit_cast<double>(*bits)};
}

}  // namespace

StatusOr<Game> GameFacade::CreateGame(const CallContext& context, const CreateGameRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kCreateGame));
  Game game;
  game.id = ids_.Next();
  game.name = request.name;
  game.description = request.description;
  game.data = request.data;
  game.short_description = request.short_description;
  game.image_url = request.image_url;
  game.max_sessions = request.max_sessions;
  game.max_players_per_session = request.max_players_per_session;
  game.score_rules = request.score_rules;
  game.owner_id = context.caller->user_id;
  OOFGG_RETURN_IF_ERROR(CheckGame(game));
  OOFGG_ASSIGN_OR_RETURN(const CreationKey key, MakeCreationKey(context, SumOf(game)));
  const bool limited = context.caller->role != "admin" && context.caller->role != "service";
  OOFGG_RETURN_IF_ERROR(log_.CheckRoom());
  OOFGG_ASSIGN_OR_RETURN(Game made, games_.CreateGame(game, key, limited ? options_.games_per_user : 0));
  // Of a repeated call again, since the first one may have died before it did.
  OOFGG_RETURN_IF_ERROR(log_.Append({clock_.WallNow(),
                                     "game.created",
                                     made.id,
                                     {{"owner_id", made.owner_id}, {"name", made.name}},
                                     "game.created:" + made.id}));
  return made;
}

StatusOr<Game> GameFacade::UpdateGame(const CallContext& context, const UpdateGameRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));  // Somebody, before anything is looked up.
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  if (request.version < 0) return InvalidField("version", "is negative; give the one that was read, or 0");
  const auto attempt = [&]() -> StatusOr<Game> {
    OOFGG_ASSIGN_OR_RETURN(Game game, games_.FindGameToChange(request.id));
    const bool self = !game.owner_id.empty() && game.owner_id == context.caller->user_id;
    OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kUpdateGame, {.self = self, .game_id = game.id}));
    OOFGG_RETURN_IF_ERROR(CheckVersion("the game", request.version, game.version));
    if (request.score_rules.has_value()) {
      OOFGG_RETURN_IF_ERROR(CheckKeepsRanking(game, *request.score_rules));
    }
    game.name = request.name.value_or(game.name);
    game.description = request.description.value_or(game.description);
    game.data = request.data.value_or(game.data);
    game.short_description = request.short_description.value_or(game.short_description);
    game.image_url = request.image_url.value_or(game.image_url);
    game.max_sessions = request.max_sessions.value_or(game.max_sessions);
    game.max_players_per_session = request.max_players_per_session.value_or(game.max_players_per_session);
    game.score_rules = request.score_rules.value_or(game.score_rules);
    OOFGG_RETURN_IF_ERROR(CheckGame(game));
    return games_.UpdateGame(game);
  };
  return RetryOnConflict(attempt, request.version);
}

// The lists of a type are kept by its rule from the first score on; another one would need them made anew.
Status GameFacade::CheckKeepsRanking(const Game& game, const ScoreRules& rules) {
  for (const std::string& type : RankedAnew(game.score_rules, rules)) {
    if (!boards_.IsOpen(game.id, type)) {
      OOFGG_ASSIGN_OR_RETURN(const bool has_scores, scores_.HasLists(game.id, type));  // By another instance.
      if (!has_scores) continue;
    }
    return WithReason(
        MakeStatus(StatusCode::kFailedPrecondition, "score type " + type +
                                                        " has scores, and ranks by the rule they came under; "
                                                        "use another type"),
        "SCORE_RULE_FIXED");
  }
  return {};
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

std::optional<StatusOr<GamesPage>> GameFacade::GetGameAtHand(const CallContext& context,
                                                             const GetGameRequest& request) {
  if (!Authorize(context, Act::kReadGame).ok()) return std::nullopt;
  const auto game = games_.GameAtHand(request.id);  // Of no malformed id is there one.
  if (game == nullptr) return std::nullopt;
  GamesPage page;
  page.games.push_back(*game);
  return page;
}

StatusOr<GamesPage> GameFacade::ListGames(const GetGameRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  OOFGG_ASSIGN_OR_RETURN(const std::string after, cursors_.Decode("games", request.cursor));

  GamesPage page;
  OOFGG_ASSIGN_OR_RETURN(page.games, games_.ListGames(after, limit + 1));
  if (page.games.size() > limit) {  // One too many was asked for, to know whether there is more.
    page.games.resize(limit);
    page.next_cursor = cursors_.Encode("games", page.games.back().id);
  }
  return page;
}

StatusOr<GamesPage> GameFacade::TrendingGames(const CallContext& context,
                                              const TrendingGamesRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  OOFGG_ASSIGN_OR_RETURN(const std::string position, cursors_.Decode("trending", request.cursor));
  OOFGG_ASSIGN_OR_RETURN(const auto after, TrendAt(position));
  OOFGG_ASSIGN_OR_RETURN(std::vector<TrendingGame> trending, trends_.List(after, limit + 1));
  GamesPage page;
  if (trending.size() > limit) {
    trending.resize(limit);
    page.next_cursor = cursors_.Encode("trending", TrendCursor(trending.back()));
  }
  for (TrendingGame& entry : trending) page.games.push_back(std::move(entry.game));
  return page;
}

Status GameFacade::EnsureGame(const Game& game) {
  OOFGG_RETURN_IF_ERROR(CheckId("id", game.id));
  const Status made = games_.CreateGame(game, {}, 0).status();
  return made.code() == StatusCode::kAlreadyExists ? Status() : made;
}

}  // namespace oofgg::game
