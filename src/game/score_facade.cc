#include "game/score_facade.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "game/authorization.h"
#include "game/standing.h"
#include "game/string_map.h"
#include "game/validation.h"
#include "oofgg/parse.h"

namespace oofgg::game {
namespace {

constexpr std::string_view kDefaultType = "default";
constexpr std::size_t kGamesAtOnce = 1'000;
constexpr std::size_t kErasedAtOnce = 1'000;  // So that nobody waits long for the store.

std::string TypeOf(const std::string& score_type) {
  return score_type.empty() ? std::string(kDefaultType) : score_type;
}

Status CheckSubmission(const ScoreSubmission& submission) {
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", submission.player_id));
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", submission.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("instance_id", submission.instance_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("score_type", submission.score_type));
  return CheckMetadata("metadata", submission.metadata);
}

Fingerprint SumOf(const ScoreSubmission& submission) {
  Fingerprint sum;
  sum.Add(submission.player_id).Add(submission.game_id).Add(submission.instance_id);
  sum.Add(submission.value).Add(submission.score_type);
  for (const auto& [key, value] : submission.metadata) sum.Add(key).Add(value);
  return sum;
}

// By the game's rule for the type: whose word counts, and for which values.
Status CheckRule(const CallContext& context, const ScoreSubmission& submission, const ScoreRule& rule) {
  if (rule.source == ScoreSource::kServer) {
    OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kSubmitServerScore, {.game_id = submission.game_id}));
  }
  if (submission.value >= rule.min_value && submission.value <= rule.max_value) return {};
  return InvalidField("value", "is out of range; this score type takes " + std::to_string(rule.min_value) +
                                   " to " + std::to_string(rule.max_value));
}

StatusOr<ScorePeriod> PeriodOf(const std::string& time_period) {
  const auto period = ParsePeriod(time_period);
  if (period.has_value()) return *period;
  return InvalidField("time_period", "is not kept; all_time, daily, weekly and monthly are");
}

Status CheckBoardRequest(const LeaderboardRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("score_type", request.score_type));
  if (request.player_ids.size() > kMaxPage) {
    return InvalidField("player_ids", "are too many; at most " + std::to_string(kMaxPage));
  }
  for (const std::string& id : request.player_ids) OOFGG_RETURN_IF_ERROR(CheckId("player_ids", id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("around_player_id", request.around_player_id));
  if (request.around_player_id.empty() || (request.cursor.empty() && request.player_ids.empty())) return {};
  return InvalidField("around_player_id", "cannot be combined with cursor or player_ids; give one of them");
}

std::string CursorList(const ListId& list) {
  return "leaderboard/" + std::string(list.game_id) + "/" + std::string(list.score_type) + "/" +
         std::string(PeriodName(list.period));
}

Status NotOnList(const std::string& player_id) {
  return MakeStatus(StatusCode::kNotFound, "player " + player_id + " has no score on this list yet");
}

// A place on the list of one period: "day,value,order", the day being that on which the period began.
struct BoardCursor {
  std::chrono::sys_days period_start;
  Leaderboards::Position position;
};

std::string ToText(const BoardCursor& cursor) {
  return std::to_string(cursor.period_start.time_since_epoch().count()) + "," +
         std::to_string(cursor.position.value) + "," + std::to_string(cursor.position.order);
}

StatusOr<std::optional<BoardCursor>> ReadBoardCursor(const Cursors& cursors, const ListId& list,
                                                     const std::string& cursor) {
  OOFGG_ASSIGN_OR_RETURN(const std::string text, cursors.Decode(CursorList(list), cursor));
  if (text.empty()) return std::nullopt;
  std::string_view rest = text;
  const auto next = [&rest] {
    const std::string_view field = rest.substr(0, rest.find(','));
    rest.remove_prefix((std::min)(rest.size(), field.size() + 1));
    return field;
  };
  const auto day = ParseInteger<std::int32_t>(next());
  const auto value = ParseInteger<std::int64_t>(next());
  const auto order = ParseInteger<std::int64_t>(next());
  if (!day.ok() || !value.ok() || !order.ok() || !rest.empty()) return NotACursor();
  return BoardCursor{std::chrono::sys_days(std::chrono::days(*day)), {*value, *order}};
}

}  // namespace

// The rules first, as a game cannot be looked up while the standings are read.
Status ScoreFacade::RebuildLeaderboards() {
  StringMap<ScoreRules> rules;
  std::vector<Game> games;
  do {
    OOFGG_ASSIGN_OR_RETURN(games, parts_.games.ListGames(games.empty() ? "" : games.back().id, kGamesAtOnce));
    for (const Game& game : games) {
      if (!game.score_rules.empty()) rules.emplace(game.id, game.score_rules);
    }
  } while (games.size() == kGamesAtOnce);
  return parts_.boards.Rebuild(
      parts_.scores, [&rules](std::string_view game_id, std::string_view score_type) {
        const auto of_game = rules.find(game_id);
        return of_game == rules.end() ? std::nullopt : NamedRule(of_game->second, score_type);
      });
}

StatusOr<LeaderboardEntry> ScoreFacade::SubmitScore(const CallContext& context,
                                                    const ScoreSubmission& submission) {
  const bool self = context.caller.has_value() &&
                    (submission.player_id.empty() || submission.player_id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kSubmitScore, {.self = self, .game_id = submission.game_id}));
  OOFGG_RETURN_IF_ERROR(CheckSubmission(submission));
  OOFGG_ASSIGN_OR_RETURN(const CreationKey key, MakeCreationKey(context, SumOf(submission)));
  OOFGG_ASSIGN_OR_RETURN(const Game game, parts_.games.FindGame(submission.game_id));
  const auto named_rule = NamedRule(game.score_rules, TypeOf(submission.score_type));
  const ScoreRule rule = named_rule.value_or(ScoreRule());
  OOFGG_RETURN_IF_ERROR(CheckRule(context, submission, rule));
  OOFGG_RETURN_IF_ERROR(parts_.boards.Open(submission.game_id, TypeOf(submission.score_type), named_rule));

  Score score;
  score.id = parts_.ids.Next();
  score.player_id = submission.player_id.empty() ? context.caller->user_id : submission.player_id;
  score.game_id = submission.game_id;
  score.instance_id = submission.instance_id;
  score.value = submission.value;
  score.score_type = TypeOf(submission.score_type);
  score.created_at = parts_.clock.WallNow();
  score.metadata = submission.metadata;
  OOFGG_ASSIGN_OR_RETURN(const Player player, parts_.players.EnsurePlayer(score.player_id));
  OOFGG_ASSIGN_OR_RETURN(StoredScore stored, parts_.scores.InsertScore(score, rule, key));

  // A repeated call comes by here again, since the first one may have died before it did.
  Score& kept = stored.record.score;
  for (const ScorePeriod period : kScorePeriods) {
    const auto& standing = stored.standings[static_cast<std::size_t>(period)];
    if (!standing.has_value()) continue;
    parts_.boards.Submit({kept.game_id, kept.score_type, period}, PeriodStart(period, kept.created_at),
                         kept.player_id, *standing);
  }
  parts_.sync.Tell(stored, named_rule);
  const auto place = parts_.boards.Of({kept.game_id, kept.score_type}, {&kept.player_id, 1});
  if (kept.id == score.id) {
    parts_.log.Append({score.created_at,
                       "score.submitted",
                       score.player_id,
                       {{"id", score.id},
                        {"game_id", score.game_id},
                        {"score_type", score.score_type},
                        {"value", score.value},
                        {"instance_id", score.instance_id}}});
  }
  LeaderboardEntry entry;
  // Nobody is off the list now but who was erased at the same moment.
  if (!place.entries.empty()) entry.rank = static_cast<std::int64_t>(place.entries[0].rank);
  entry.score = std::move(kept);
  entry.player_name = player.username;
  return entry;
}

StatusOr<PlayerScores> ScoreFacade::GetPlayerScores(const CallContext& context,
                                                    const PlayerScoresRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadScores));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", request.player_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", request.game_id));
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  PlayerScores answer;
  answer.player_id = request.player_id.empty() ? context.caller->user_id : request.player_id;
  answer.game_id = request.game_id;
  const std::string list = "scores/" + answer.player_id + "/" + answer.game_id;
  OOFGG_ASSIGN_OR_RETURN(const std::string position, parts_.cursors.Decode(list, request.cursor));
  StatusOr<std::int64_t> before = std::numeric_limits<std::int64_t>::max();
  if (!position.empty()) before = ParseInteger<std::int64_t>(position);
  if (!before.ok()) return NotACursor();
  if (!request.game_id.empty()) OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  OOFGG_ASSIGN_OR_RETURN(std::vector<ScoreRecord> records,
                         parts_.scores.ListScores(answer.player_id, answer.game_id, *before, limit + 1));
  OOFGG_ASSIGN_OR_RETURN(answer.total_count, parts_.scores.CountScores(answer.player_id, answer.game_id));
  if (records.size() > limit) {  // One too many was asked for, to know whether there is more.
    records.resize(limit);
    answer.next_cursor = parts_.cursors.Encode(list, std::to_string(records.back().order));
  }
  for (ScoreRecord& record : records) answer.scores.push_back(std::move(record.score));
  return answer;
}

StatusOr<Leaderboard> ScoreFacade::GetLeaderboard(const CallContext& context,
                                                  const LeaderboardRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadScores));
  OOFGG_RETURN_IF_ERROR(CheckBoardRequest(request));
  OOFGG_ASSIGN_OR_RETURN(const ScorePeriod period, PeriodOf(request.time_period));
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  const std::string type = TypeOf(request.score_type);
  const ListId list{request.game_id, type, period};
  OOFGG_ASSIGN_OR_RETURN(const auto cursor, ReadBoardCursor(parts_.cursors, list, request.cursor));
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  if (!request.player_ids.empty()) return Describe(list, parts_.boards.Of(list, request.player_ids));
  const bool around = !request.around_player_id.empty();
  std::optional<Leaderboards::Position> after;
  if (cursor.has_value()) after = cursor->position;
  const Leaderboards::Page page = around ? parts_.boards.Around(list, request.around_player_id, limit)
                                         : parts_.boards.Top(list, after, limit);
  if (around && page.entries.empty()) return NotOnList(request.around_player_id);
  if (cursor.has_value() && cursor->period_start != page.period_start) {
    return InvalidField("cursor", "is of a " + std::string(PeriodName(period)) +
                                      " list that has ended; leave it out to begin with the current one");
  }
  OOFGG_ASSIGN_OR_RETURN(Leaderboard answer, Describe(list, page));
  if (!page.entries.empty() && page.entries.back().rank < page.total) {
    const RankedScore& last = page.entries.back();
    answer.next_cursor =
        parts_.cursors.Encode(CursorList(list), ToText({page.period_start, {last.value, last.order}}));
  }
  return answer;
}

// Ranks and values come from memory; what else a score and its player have, from the rows.
StatusOr<Leaderboard> ScoreFacade::Describe(const ListId& list, const Leaderboards::Page& page) {
  std::vector<std::int64_t> orders;
  std::vector<std::string> players;
  for (const RankedScore& entry : page.entries) {
    orders.push_back(entry.order);
    players.push_back(entry.player_id);
  }
  OOFGG_ASSIGN_OR_RETURN(std::vector<ScoreRecord> records, parts_.scores.FindScores(orders));
  OOFGG_ASSIGN_OR_RETURN(auto names, parts_.players.NamesOf(players));
  std::unordered_map<std::int64_t, Score> scores;
  for (ScoreRecord& record : records) scores.emplace(record.order, std::move(record.score));

  Leaderboard answer;
  answer.game_id = list.game_id;
  answer.score_type = list.score_type;
  answer.time_period = PeriodName(list.period);
  answer.last_updated = page.last_updated;
  for (const RankedScore& entry : page.entries) {
    Score& score = scores[entry.order];
    score.player_id = entry.player_id;  // Also where the row has just been erased.
    score.value = entry.value;          // Which may be a sum.
    answer.entries.push_back({.rank = static_cast<std::int64_t>(entry.rank),
                              .score = std::move(score),
                              .player_name = std::move(names[entry.player_id])});
  }
  return answer;
}

StatusOr<PlayerRank> ScoreFacade::GetPlayerRank(const CallContext& context,
                                                const PlayerRankRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadScores));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", request.player_id));
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("score_type", request.score_type));
  OOFGG_ASSIGN_OR_RETURN(const ScorePeriod period, PeriodOf(request.time_period));
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  PlayerRank answer;
  answer.player_id = request.player_id.empty() ? context.caller->user_id : request.player_id;
  answer.game_id = request.game_id;
  answer.score_type = TypeOf(request.score_type);
  answer.time_period = PeriodName(period);
  const auto page = parts_.boards.Of({answer.game_id, answer.score_type, period}, {&answer.player_id, 1});
  if (page.entries.empty()) return NotOnList(answer.player_id);
  answer.rank = static_cast<std::int64_t>(page.entries[0].rank);
  answer.score_value = page.entries[0].value;
  answer.total_players = static_cast<std::int64_t>(page.total);
  return answer;
}

Status ScoreFacade::ErasePlayer(std::string_view id) {
  for (bool more = true; more;) {
    OOFGG_ASSIGN_OR_RETURN(more, parts_.scores.EraseScores(id, kErasedAtOnce));
  }
  parts_.boards.Remove(id);
  parts_.sync.TellErased(id);
  return {};
}

}  // namespace oofgg::game
