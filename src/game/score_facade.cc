#include "game/score_facade.h"

#include <limits>
#include <unordered_map>
#include <utility>

#include "game/authorization.h"
#include "game/cursor.h"
#include "game/validation.h"
#include "oofgg/parse.h"

namespace oofgg::game {
namespace {

constexpr std::string_view kDefaultType = "default";
constexpr std::string_view kAllTime = "all_time";
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

std::string ListName(const LeaderboardRequest& request) {
  return "leaderboard/" + request.game_id + "/" + TypeOf(request.score_type);
}

// A cursor that someone put together by themselves.
Status NotOurs() {
  return InvalidField("cursor", "was not given by this list; leave it out to begin at the start");
}

StatusOr<std::optional<Leaderboards::Position>> PositionOf(const LeaderboardRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const std::string text, DecodeCursor(ListName(request), request.cursor));
  if (text.empty()) return std::nullopt;
  const auto comma = text.find(',');
  const std::string_view both = text;
  const auto value = ParseInteger<std::int64_t>(both.substr(0, comma));
  const auto order = ParseInteger<std::int64_t>(comma == std::string::npos ? "" : both.substr(comma + 1));
  if (!value.ok() || !order.ok()) return NotOurs();
  return Leaderboards::Position{*value, *order};
}

}  // namespace

StatusOr<LeaderboardEntry> ScoreFacade::SubmitScore(const CallContext& context,
                                                    const ScoreSubmission& submission) {
  const bool self = context.caller.has_value() &&
                    (submission.player_id.empty() || submission.player_id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kSubmitScore, {.self = self, .game_id = submission.game_id}));
  OOFGG_RETURN_IF_ERROR(CheckSubmission(submission));
  OOFGG_ASSIGN_OR_RETURN(const CreationKey key, MakeCreationKey(context, SumOf(submission)));
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(submission.game_id).status());
  OOFGG_RETURN_IF_ERROR(parts_.boards.Open(submission.game_id, TypeOf(submission.score_type)));

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
  OOFGG_ASSIGN_OR_RETURN(ScoreRecord stored, parts_.scores.InsertScore(score, key));

  // A repeated call comes by here again, since the first one may have died before it did.
  const RankedScore best = parts_.boards.Submit({.game_id = stored.score.game_id,
                                                 .score_type = stored.score.score_type,
                                                 .player_id = stored.score.player_id,
                                                 .value = stored.score.value,
                                                 .order = stored.order,
                                                 .created_at = stored.score.created_at});
  if (stored.score.id == score.id) {
    parts_.log.Append({score.created_at,
                       "score.submitted",
                       score.player_id,
                       {{"id", score.id},
                        {"game_id", score.game_id},
                        {"score_type", score.score_type},
                        {"value", score.value},
                        {"instance_id", score.instance_id}}});
  }
  return LeaderboardEntry{.rank = static_cast<std::int64_t>(best.rank),
                          .score = std::move(stored.score),
                          .player_name = player.username};
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
  OOFGG_ASSIGN_OR_RETURN(const std::string position, DecodeCursor(list, request.cursor));
  StatusOr<std::int64_t> before = std::numeric_limits<std::int64_t>::max();
  if (!position.empty()) before = ParseInteger<std::int64_t>(position);
  if (!before.ok()) return NotOurs();
  if (!request.game_id.empty()) OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  OOFGG_ASSIGN_OR_RETURN(std::vector<ScoreRecord> records,
                         parts_.scores.ListScores(answer.player_id, answer.game_id, *before, limit + 1));
  OOFGG_ASSIGN_OR_RETURN(answer.total_count, parts_.scores.CountScores(answer.player_id, answer.game_id));
  if (records.size() > limit) {  // One too many was asked for, to know whether there is more.
    records.resize(limit);
    answer.next_cursor = EncodeCursor(list, std::to_string(records.back().order));
  }
  for (ScoreRecord& record : records) answer.scores.push_back(std::move(record.score));
  return answer;
}

StatusOr<Leaderboard> ScoreFacade::GetLeaderboard(const CallContext& context,
                                                  const LeaderboardRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadScores));
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("score_type", request.score_type));
  if (!request.time_period.empty() && request.time_period != kAllTime) {
    return InvalidField("time_period", "is not kept here; all_time is");
  }
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  OOFGG_ASSIGN_OR_RETURN(const auto after, PositionOf(request));
  if (request.player_ids.size() > kMaxPage) {
    return InvalidField("player_ids", "are too many; at most " + std::to_string(kMaxPage));
  }
  for (const std::string& id : request.player_ids) OOFGG_RETURN_IF_ERROR(CheckId("player_ids", id));
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  const std::string type = TypeOf(request.score_type);
  if (!request.player_ids.empty()) {
    return Describe(request, parts_.boards.Of(request.game_id, type, request.player_ids));
  }
  Leaderboards::Page page = parts_.boards.Top(request.game_id, type, after, limit + 1);
  const bool more = page.entries.size() > limit;
  if (more) page.entries.pop_back();
  OOFGG_ASSIGN_OR_RETURN(Leaderboard answer, Describe(request, page));
  if (more) {
    const RankedScore& last = page.entries.back();
    answer.next_cursor =
        EncodeCursor(ListName(request), std::to_string(last.value) + "," + std::to_string(last.order));
  }
  return answer;
}

// Ranks come from memory; what else a score and its player have, from the rows.
StatusOr<Leaderboard> ScoreFacade::Describe(const LeaderboardRequest& request,
                                            const Leaderboards::Page& page) {
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
  answer.game_id = request.game_id;
  answer.score_type = TypeOf(request.score_type);
  answer.time_period = kAllTime;
  answer.last_updated = page.last_updated;
  for (const RankedScore& entry : page.entries) {
    answer.entries.push_back({.rank = static_cast<std::int64_t>(entry.rank),
                              .score = std::move(scores[entry.order]),
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
  OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  PlayerRank answer;
  answer.player_id = request.player_id.empty() ? context.caller->user_id : request.player_id;
  answer.game_id = request.game_id;
  answer.score_type = TypeOf(request.score_type);
  const auto page = parts_.boards.Of(answer.game_id, answer.score_type, {&answer.player_id, 1});
  if (page.entries.empty()) {
    return MakeStatus(StatusCode::kNotFound, "player " + answer.player_id + " has no score on this list yet");
  }
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
  return {};
}

}  // namespace oofgg::game
