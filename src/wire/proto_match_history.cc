#include "wire/proto_match_history.h"

namespace oofgg::wire {

void MatchHistoryProto::ToProto(const MatchPlayer& from, v1::MatchPlayer& to) {
  to.set_player_id(from.player_id);
  to.set_username(from.username);
  to.set_team_id(from.team_id);
  to.set_joined_at_ms(MillisOf(from.joined_at));
  if (from.left_at.has_value()) to.set_left_at_ms(MillisOf(*from.left_at));
  to.set_result(WrittenEnum<v1::MatchResult>(from.result));
  to.set_placement(from.placement);
  for (const MatchScore& score : from.scores) {
    v1::MatchScore& written = *to.add_scores();
    written.set_score_type(score.score_type);
    written.set_value(score.value);
  }
}

void MatchHistoryProto::ToProto(const PlayedMatch& from, v1::Match& to) {
  to.set_id(from.id);
  to.set_game_id(from.game_id);
  to.set_region(from.region);
  to.set_started_at_ms(MillisOf(from.started_at));
  to.set_finished_at_ms(MillisOf(from.finished_at));
  to.set_end(WrittenEnum<v1::MatchEnd>(from.end));
  for (const MatchPlayer& player : from.players) ToProto(player, *to.add_players());
}

void MatchHistoryProto::ToProto(const ListMatchesRequest& from, v1::ListMatchesRequest& to) {
  to.set_player_id(from.player_id);
  to.set_game_id(from.game_id);
  to.set_limit(from.limit);
  to.set_cursor(from.cursor);
}

void MatchHistoryProto::ToProto(const MatchesPage& from, v1::ListMatchesResponse& to) {
  for (const PlayedMatch& match : from.matches) ToProto(match, *to.add_matches());
  to.set_next_cursor(from.next_cursor);
}

void MatchHistoryProto::ToProto(const GetMatchRequest& from, v1::GetMatchRequest& to) { to.set_id(from.id); }

Status MatchHistoryProto::FromProto(const v1::MatchPlayer& from, MatchPlayer& to, Reading reading) {
  to.player_id = from.player_id();
  to.username = from.username();
  to.team_id = from.team_id();
  to.joined_at = TimeOfMillis(from.joined_at_ms());
  if (from.has_left_at_ms()) to.left_at = TimeOfMillis(from.left_at_ms());
  to.placement = from.placement();
  for (const v1::MatchScore& score : from.scores()) {
    to.scores.push_back({.score_type = score.score_type(), .value = score.value()});
  }
  return ReadEnum(from.result(), v1::MatchResult_MAX, "result", reading, to.result);
}

Status MatchHistoryProto::FromProto(const v1::Match& from, PlayedMatch& to, Reading reading) {
  to.id = from.id();
  to.game_id = from.game_id();
  to.region = from.region();
  to.started_at = TimeOfMillis(from.started_at_ms());
  to.finished_at = TimeOfMillis(from.finished_at_ms());
  for (const v1::MatchPlayer& player : from.players()) {
    OOFGG_RETURN_IF_ERROR(FromProto(player, to.players.emplace_back(), reading));
  }
  return ReadEnum(from.end(), v1::MatchEnd_MAX, "end", reading, to.end);
}

Status MatchHistoryProto::FromProto(const v1::ListMatchesRequest& from, ListMatchesRequest& to, Reading) {
  to.player_id = from.player_id();
  to.game_id = from.game_id();
  to.limit = from.limit();
  to.cursor = from.cursor();
  return {};
}

Status MatchHistoryProto::FromProto(const v1::ListMatchesResponse& from, MatchesPage& to, Reading reading) {
  to.next_cursor = from.next_cursor();
  for (const v1::Match& match : from.matches()) {
    OOFGG_RETURN_IF_ERROR(FromProto(match, to.matches.emplace_back(), reading));
  }
  return {};
}

Status MatchHistoryProto::FromProto(const v1::GetMatchRequest& from, GetMatchRequest& to, Reading) {
  to.id = from.id();
  return {};
}

}  // namespace oofgg::wire
