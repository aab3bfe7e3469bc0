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

Status CheckToRank(const CallContext& context, const PlayerRankRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadScores));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", request.player_id));
  OOFGG_RETURN_IF_ERROR(CheckId("game_id", request.game_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("score_type", request.score_type));
  return PeriodOf(request.time_period).status();
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

/// A submission that was let in.
struct ScoreFacade::Submitted {
  NewScore made;
  std::string player_name;
  std::optional<ScoreRule> named_rule;  // Nothing: the game names none for the type.
};

StatusOr<LeaderboardEntry> ScoreFacade::SubmitScore(const CallContext& context,
                                                    const ScoreSubmission& submission) {
  OOFGG_ASSIGN_OR_RETURN(const Submitted submitted, Prepare({context, submission}));
  const auto& [score, rule, key] = submitted.made;
  return Conclude(submitted, parts_.scores.InsertScore(score, rule, key));
}

std::vector<StatusOr<LeaderboardEntry>> ScoreFacade::SubmitScores(std::span<const SubmitCall> calls) {
  std::vector<StatusOr<Submitted>> submitted;
  std::vector<NewScore> made;
  for (const SubmitCall& call : calls) {
    submitted.push_back(Prepare(call));
    if (submitted.back().ok()) made.push_back(submitted.back()->made);
  }
  auto stored = parts_.scores.InsertScores(made);
  std::vector<StatusOr<LeaderboardEntry>> answers;
  auto next = stored.begin();
  for (const StatusOr<Submitted>& each : submitted) {
    if (each.ok()) {
      answers.push_back(Conclude(*each, std::move(*next++)));
    } else {
      answers.emplace_back(each.status());
    }
  }
  return answers;
}

bool ScoreFacade::SubmitsTogether(const CallContext& context, const ScoreSubmission& submission) {
  if (!parts_.scores.InsertsTogether() || !context.caller.has_value()) return false;
  const std::string& player = submission.player_id.empty() ? context.caller->user_id : submission.player_id;
  return parts_.games.GameAtHand(submission.game_id) != nullptr &&
         parts_.players.PlayerAtHand(player) != nullptr;
}

StatusOr<ScoreFacade::Submitted> ScoreFacade::Prepare(const SubmitCall& call) {
  const auto& [context, submission] = call;
  const bool self = context.caller.has_value() &&
                    (submission.player_id.empty() || submission.player_id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kSubmitScore, {.self = self, .game_id = submission.game_id}));
  OOFGG_RETURN_IF_ERROR(CheckSubmission(submission));
  Submitted submitted;
  auto& [score, rule, key] = submitted.made;
  OOFGG_ASSIGN_OR_RETURN(key, MakeCreationKey(context, SumOf(submission)));
  OOFGG_ASSIGN_OR_RETURN(const auto game, ShareGame(submission.game_id));
  score.score_type = TypeOf(submission.score_type);
  submitted.named_rule = NamedRule(game->score_rules, score.score_type);
  if (!parts_.boards.IsOpen(submission.game_id, score.score_type)) {
    // Its first score here fixes the rule, so that is the one of now.
    OOFGG_ASSIGN_OR_RETURN(const Game now, parts_.games.FindGameToChange(submission.game_id));
    submitted.named_rule = NamedRule(now.score_rules, score.score_type);
  }
  rule = submitted.named_rule.value_or(ScoreRule());
  OOFGG_RETURN_IF_ERROR(CheckRule(context, submission, rule));
  OOFGG_RETURN_IF_ERROR(
      parts_.boards.CheckMayOpen(submission.game_id, score.score_type, submitted.named_rule));

  score.id = parts_.ids.Next();
  score.player_id = submission.player_id.empty() ? context.caller->user_id : submission.player_id;
  score.game_id = submission.game_id;
  score.instance_id = submission.instance_id;
  score.value = submission.value;
  score.created_at = parts_.clock.WallNow();
  score.metadata = submission.metadata;
  OOFGG_ASSIGN_OR_RETURN(Player player, parts_.players.EnsurePlayer(score.player_id));
  submitted.player_name = std::move(player.username);
  OOFGG_RETURN_IF_ERROR(parts_.log.CheckRoom());
  return submitted;
}

StatusOr<LeaderboardEntry> ScoreFacade::Conclude(const Submitted& submitted, StatusOr<StoredScore> stored) {
  OOFGG_RETURN_IF_ERROR(stored.status());
  // A repeated call comes by here again, since the first one may have died before it did.
  Score& kept = stored->record.score;
  parts_.boards.Open(kept.game_id, kept.score_type, submitted.named_rule);
  for (const ScorePeriod period : kScorePeriods) {
    const auto& standing = stored->standings[static_cast<std::size_t>(period)];
    if (!standing.has_value()) continue;
    parts_.boards.Submit({kept.game_id, kept.score_type, period}, PeriodStart(period, kept.created_at),
                         kept.player_id, *standing);
  }
  parts_.sync.Tell(*stored, submitted.named_rule);
  const auto place = parts_.boards.Of({kept.game_id, kept.score_type}, {&kept.player_id, 1});
  OOFGG_RETURN_IF_ERROR(parts_.log.Append({kept.created_at,
                                           "score.submitted",
                                           kept.player_id,
                                           {{"game_id", kept.game_id},
                                            {"score_type", kept.score_type},
                                            {"value", kept.value},
                                            {"instance_id", kept.instance_id}},
                                           kept.id}));
  LeaderboardEntry entry;
  // Nobody is off the list now but who was erased at the same moment.
  if (!place.entries.empty()) entry.rank = static_cast<std::int64_t>(place.entries[0].rank);
  entry.score = std::move(kept);
  entry.player_name = submitted.player_name;
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
  if (!request.game_id.empty()) OOFGG_RETURN_IF_ERROR(ShareGame(request.game_id).status());

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

/// What a request for a page asks for, once it has been checked.
struct ScoreFacade::BoardQuery {
  std::string score_type;
  ScorePeriod period = ScorePeriod::kAllTime;
  std::size_t limit = 0;
  std::optional<Leaderboards::Position> after{};
  std::chrono::sys_days after_in{};  // The period that `after` is of.
};

StatusOr<Leaderboard> ScoreFacade::GetLeaderboard(const CallContext& context,
                                                  const LeaderboardRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(BoardPage page, ReadLeaderboard(context, request));
  return TellPage(std::move(page));
}

StatusOr<BoardPage> ScoreFacade::ReadLeaderboard(const CallContext& context,
                                                 const LeaderboardRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const BoardQuery query, CheckQuery(context, request));
  OOFGG_RETURN_IF_ERROR(ShareGame(request.game_id).status());
  OOFGG_ASSIGN_OR_RETURN(BoardPage page, PageOf(query, request));
  OOFGG_RETURN_IF_ERROR(Describe(page));
  return page;
}

std::optional<StatusOr<BoardPage>> ScoreFacade::ReadLeaderboardAtHand(const CallContext& context,
                                                                      const LeaderboardRequest& request) {
  const auto query = CheckQuery(context, request);
  if (!query.ok() || parts_.games.GameAtHand(request.game_id) == nullptr) return std::nullopt;
  auto page = PageOf(*query, request);
  if (page.ok() && !DescribeAtHand(*page)) return std::nullopt;
  return page;
}

StatusOr<ScoreFacade::BoardQuery> ScoreFacade::CheckQuery(const CallContext& context,
                                                          const LeaderboardRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadScores));
  OOFGG_RETURN_IF_ERROR(CheckBoardRequest(request));
  BoardQuery query{.score_type = TypeOf(request.score_type)};
  OOFGG_ASSIGN_OR_RETURN(query.period, PeriodOf(request.time_period));
  OOFGG_ASSIGN_OR_RETURN(query.limit, PageSize(request.limit));
  const ListId list{request.game_id, query.score_type, query.period};
  OOFGG_ASSIGN_OR_RETURN(const auto cursor, ReadBoardCursor(parts_.cursors, list, request.cursor));
  if (!cursor.has_value()) return query;
  query.after = cursor->position;
  query.after_in = cursor->period_start;
  return query;
}

// Ranks and values come from memory; what else a score and its player have, `Describe` adds.
StatusOr<BoardPage> ScoreFacade::PageOf(const BoardQuery& query, const LeaderboardRequest& request) {
  const ListId list{request.game_id, query.score_type, query.period};
  const bool around = !request.around_player_id.empty();
  Leaderboards::Page page = !request.player_ids.empty() ? parts_.boards.Of(list, request.player_ids)
                            : around ? parts_.boards.Around(list, request.around_player_id, query.limit)
                                     : parts_.boards.Top(list, query.after, query.limit);
  BoardPage answer;
  answer.board.game_id = list.game_id;
  answer.board.score_type = list.score_type;
  answer.board.time_period = PeriodName(list.period);
  answer.board.last_updated = page.last_updated;
  if (request.player_ids.empty()) {
    if (around && page.entries.empty()) return NotOnList(request.around_player_id);
    if (query.after.has_value() && query.after_in != page.period_start) {
      return InvalidField("cursor", "is of a " + std::string(PeriodName(query.period)) +
                                        " list that has ended; leave it out to begin with the current one");
    }
    if (!page.entries.empty() && page.entries.back().rank < page.total) {
      const RankedScore& last = page.entries.back();
      answer.board.next_cursor =
          parts_.cursors.Encode(CursorList(list), ToText({page.period_start, {last.value, last.order}}));
    }
  }
  answer.entries.reserve(page.entries.size());
  for (RankedScore& entry : page.entries) answer.entries.push_back({.ranked = std::move(entry)});
  return answer;
}

Status ScoreFacade::Describe(BoardPage& page) {
  std::vector<std::int64_t> orders;
  std::vector<std::string> players;
  for (const BoardPage::Entry& entry : page.entries) {
    orders.push_back(entry.ranked.order);
    players.push_back(entry.ranked.player_id);
  }
  OOFGG_ASSIGN_OR_RETURN(std::vector<ScoreRecord> records, parts_.scores.FindScores(orders));
  OOFGG_ASSIGN_OR_RETURN(auto profiles, parts_.players.ProfilesOf(players));
  std::unordered_map<std::int64_t, std::shared_ptr<const ScoreRecord>> scores;
  for (ScoreRecord& record : records) {
    const std::int64_t order = record.order;
    scores.emplace(order, std::make_shared<const ScoreRecord>(std::move(record)));
  }
  for (BoardPage::Entry& entry : page.entries) {
    entry.score = scores[entry.ranked.order];
    entry.player = profiles[entry.ranked.player_id];
  }
  return {};
}

bool ScoreFacade::DescribeAtHand(BoardPage& page) {
  for (BoardPage::Entry& entry : page.entries) {
    entry.score = parts_.scores.ScoreAtHand(entry.ranked.order);
    if (entry.score == nullptr) return false;
    entry.player = parts_.players.PlayerAtHand(entry.ranked.player_id);
    if (entry.player == nullptr) return false;
  }
  return true;
}

StatusOr<std::shared_ptr<const Game>> ScoreFacade::ShareGame(std::string_view id) {
  if (auto game = parts_.games.GameAtHand(id)) return game;
  OOFGG_ASSIGN_OR_RETURN(Game game, parts_.games.FindGame(id));
  return std::make_shared<const Game>(std::move(game));
}

StatusOr<PlayerRank> ScoreFacade::GetPlayerRank(const CallContext& context,
                                                const PlayerRankRequest& request) {
  OOFGG_RETURN_IF_ERROR(CheckToRank(context, request));
  OOFGG_RETURN_IF_ERROR(ShareGame(request.game_id).status());
  return RankOf(context, request);
}

std::optional<StatusOr<PlayerRank>> ScoreFacade::GetPlayerRankAtHand(const CallContext& context,
                                                                     const PlayerRankRequest& request) {
  if (!CheckToRank(context, request).ok()) return std::nullopt;
  if (parts_.games.GameAtHand(request.game_id) == nullptr) return std::nullopt;
  return RankOf(context, request);
}

StatusOr<PlayerRank> ScoreFacade::RankOf(const CallContext& context, const PlayerRankRequest& request) {
  OOFGG_ASSIGN_OR_RETURN(const ScorePeriod period, PeriodOf(request.time_period));
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
