#include "game/match_facade.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "game/authorization.h"
#include "game/string_map.h"
#include "game/validation.h"
#include "oofgg/parse.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kMatchesErasedAtOnce = 1'000;
/// Of one player in one match; a game has fewer, unless its rules were changed very often.
constexpr std::size_t kScoreTypesAtMost = 100;

bool WasIn(const MatchRecord& match, std::string_view player_id) {
  return std::any_of(match.seats.begin(), match.seats.end(),
                     [player_id](const MatchSeat& seat) { return seat.player_id == player_id; });
}

Status NoPlayedMatch(const std::string& id) {
  return MakeStatus(StatusCode::kNotFound,
                    "there is no match " + id + " in the history; a match is there once it is over");
}

/// "milliseconds,id" of the last match of a page.
std::string PositionText(const MatchRecord& match) {
  const auto since = std::chrono::floor<std::chrono::milliseconds>(match.finished_at->time_since_epoch());
  return std::to_string(since.count()) + "," + match.id;
}

StatusOr<std::optional<MatchPosition>> ReadPosition(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::size_t comma = text.find(',');
  const auto millis = ParseInteger<std::int64_t>(std::string_view(text).substr(0, comma));
  if (!millis.ok() || comma == std::string::npos) return NotACursor();
  return MatchPosition{WallTime(std::chrono::milliseconds(*millis)), text.substr(comma + 1)};
}

PlayedMatch ViewOfMatch(const MatchRecord& record) {
  PlayedMatch match{.id = record.id,
                    .game_id = record.game_id,
                    .region = record.region,
                    .started_at = record.started_at,
                    .finished_at = record.finished_at.value_or(record.started_at),
                    .end = record.end};
  for (const MatchSeat& seat : record.seats) {
    match.players.push_back({.player_id = seat.player_id,
                             .team_id = seat.team_id,
                             .joined_at = seat.joined_at,
                             .left_at = seat.left_at,
                             .result = seat.result,
                             .placement = seat.placement});
  }
  return match;
}

}  // namespace

StatusOr<MatchesPage> MatchFacade::ListMatches(const CallContext& context,
                                               const ListMatchesRequest& request) {
  const bool self = context.caller.has_value() &&
                    (request.player_id.empty() || request.player_id == context.caller->user_id);
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kListMatches, {.self = self, .game_id = request.game_id}));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("player_id", request.player_id));
  OOFGG_RETURN_IF_ERROR(CheckOptionalId("game_id", request.game_id));
  OOFGG_ASSIGN_OR_RETURN(const std::size_t limit, PageSize(request.limit));
  const std::string& player = request.player_id.empty() ? context.caller->user_id : request.player_id;
  const std::string list = "matches/" + player + "/" + request.game_id;
  OOFGG_ASSIGN_OR_RETURN(const std::string text, parts_.cursors.Decode(list, request.cursor));
  OOFGG_ASSIGN_OR_RETURN(const auto after, ReadPosition(text));
  if (!request.game_id.empty()) OOFGG_RETURN_IF_ERROR(parts_.games.FindGame(request.game_id).status());

  OOFGG_ASSIGN_OR_RETURN(std::vector<MatchRecord> records,
                         parts_.matches.ListMatches(player, request.game_id, after, limit + 1));
  MatchesPage page;
  if (records.size() > limit) {  // One too many was asked for, to know whether there is more.
    records.resize(limit);
    page.next_cursor = parts_.cursors.Encode(list, PositionText(records.back()));
  }
  OOFGG_ASSIGN_OR_RETURN(page.matches, Describe(records));
  return page;
}

StatusOr<PlayedMatch> MatchFacade::GetMatch(const CallContext& context, const GetMatchRequest& request) {
  OOFGG_RETURN_IF_ERROR(Authorize(context, Act::kReadGame));  // Somebody, before anything is looked up.
  OOFGG_RETURN_IF_ERROR(CheckId("id", request.id));
  const std::string& caller = context.caller->user_id;
  OOFGG_ASSIGN_OR_RETURN(const MatchRecord record, Find(caller, request.id));
  OOFGG_RETURN_IF_ERROR(
      Authorize(context, Act::kReadMatch, {.member = WasIn(record, caller), .game_id = record.game_id}));
  OOFGG_ASSIGN_OR_RETURN(std::vector<PlayedMatch> matches, Describe({&record, 1}));
  return std::move(matches.front());
}

// By its id, or by the place in the queue that became it for the caller.
StatusOr<MatchRecord> MatchFacade::Find(const std::string& caller, const std::string& id) {
  auto found = parts_.matches.FindMatch(id);
  if (found.status().code() == StatusCode::kNotFound) {
    found = parts_.matches.FindMatchByAlias(id);
    const auto is_theirs = [&](const MatchSeat& seat) {
      return seat.alias == id && seat.player_id == caller;
    };
    if (found.ok() && std::none_of(found->seats.begin(), found->seats.end(), is_theirs)) {
      return NoPlayedMatch(id);
    }
  }
  if (found.status().code() == StatusCode::kNotFound) return NoPlayedMatch(id);
  if (found.ok() && !found->finished_at.has_value()) return NoPlayedMatch(id);
  return found;
}

StatusOr<std::vector<PlayedMatch>> MatchFacade::Describe(std::span<const MatchRecord> records) {
  std::vector<PlayedMatch> matches;
  matches.reserve(records.size());
  for (const MatchRecord& record : records) matches.push_back(ViewOfMatch(record));
  OOFGG_RETURN_IF_ERROR(AddScores(records, matches));
  OOFGG_RETURN_IF_ERROR(AddNames(matches));
  return matches;
}

// Scores name the match by its id or by the place that it was for their player. Anybody may submit some with
// that id, so only those of the seats are asked for.
Status MatchFacade::AddScores(std::span<const MatchRecord> records, std::vector<PlayedMatch>& matches) {
  std::vector<InstanceSeat> seats;
  StringMap<std::size_t> match_of;
  for (std::size_t i = 0; i < records.size(); ++i) {
    const MatchRecord& record = records[i];
    for (const MatchSeat& seat : record.seats) {
      if (seat.player_id.empty()) continue;
      for (const std::string& name : {record.id, seat.alias}) {
        if (name.empty()) continue;
        seats.push_back({.instance_id = name, .player_id = seat.player_id, .game_id = record.game_id});
        match_of.emplace(name, i);
      }
    }
  }
  OOFGG_ASSIGN_OR_RETURN(const std::vector<ScoreRecord> scores,
                         parts_.scores.ListInstanceScores(seats, kScoreTypesAtMost));
  std::map<std::int64_t, const Score*> in_order;
  for (const ScoreRecord& record : scores) in_order.emplace(record.order, &record.score);
  for (const auto& [order, each] : in_order) {
    const Score& score = *each;
    for (MatchPlayer& player : matches[match_of.find(score.instance_id)->second].players) {
      if (player.player_id != score.player_id) continue;
      std::erase_if(player.scores,
                    [&score](const MatchScore& older) { return older.score_type == score.score_type; });
      player.scores.push_back({.score_type = score.score_type, .value = score.value});
    }
  }
  return {};
}

Status MatchFacade::AddNames(std::vector<PlayedMatch>& matches) {
  std::set<std::string> ids;
  for (const PlayedMatch& match : matches) {
    for (const MatchPlayer& player : match.players) ids.insert(player.player_id);
  }
  ids.erase("");
  OOFGG_ASSIGN_OR_RETURN(const auto profiles,
                         parts_.players.ProfilesOf(std::vector<std::string>(ids.begin(), ids.end())));
  for (PlayedMatch& match : matches) {
    for (MatchPlayer& player : match.players) {
      const auto profile = profiles.find(player.player_id);
      player.username = profile == profiles.end() ? player.player_id : profile->second->username;
    }
  }
  return {};
}

Status MatchFacade::ErasePlayer(std::string_view id) {
  for (bool more = true; more;) {
    OOFGG_ASSIGN_OR_RETURN(more, parts_.matches.ErasePlayer(id, kMatchesErasedAtOnce));
  }
  return {};
}

}  // namespace oofgg::game
