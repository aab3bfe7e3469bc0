#include "wire/proto_score.h"

namespace oofgg::wire {
namespace score_pb = ::v1::api::score;

void ScoreProto::ToProto(const Score& from, score_pb::Score& to) {
  to.set_id(from.id);
  to.set_player_id(from.player_id);
  to.set_game_id(from.game_id);
  to.set_instance_id(from.instance_id);
  to.set_value(from.value);
  to.set_score_type(from.score_type);
  WriteTimestamp(from.created_at, *to.mutable_created_at());
  to.mutable_metadata()->insert(from.metadata.begin(), from.metadata.end());
}

void ScoreProto::ToProto(const LeaderboardEntry& from, score_pb::LeaderboardEntry& to) {
  to.set_rank(Saturated<std::int32_t>(from.rank));
  ToProto(from.score, *to.mutable_score());
  to.set_player_name(from.player_name);
}

void ScoreProto::ToProto(const ScoreSubmission& from, score_pb::ScoreSubmission& to) {
  to.set_player_id(from.player_id);
  to.set_game_id(from.game_id);
  to.set_instance_id(from.instance_id);
  to.set_value(from.value);
  to.set_score_type(from.score_type);
  to.mutable_metadata()->insert(from.metadata.begin(), from.metadata.end());
}

void ScoreProto::ToProto(const PlayerScoresRequest& from, score_pb::PlayerScoresRequest& to) {
  to.set_player_id(from.player_id);
  to.set_game_id(from.game_id);
  to.set_limit(from.limit);
  to.set_cursor(from.cursor);
}

void ScoreProto::ToProto(const LeaderboardRequest& from, score_pb::LeaderboardRequest& to) {
  to.set_game_id(from.game_id);
  to.set_score_type(from.score_type);
  to.set_time_period(from.time_period);
  to.set_limit(from.limit);
  to.set_cursor(from.cursor);
  to.mutable_player_ids()->Assign(from.player_ids.begin(), from.player_ids.end());
  to.set_around_player_id(from.around_player_id);
}

void ScoreProto::ToProto(const PlayerRankRequest& from, score_pb::PlayerRankRequest& to) {
  to.set_player_id(from.player_id);
  to.set_game_id(from.game_id);
  to.set_score_type(from.score_type);
  to.set_time_period(from.time_period);
}

void ScoreProto::ToProto(const LeaderboardEntry& from, score_pb::StandardResponse& to) {
  ToProto(from, *to.mutable_leaderboard_entry());
}

void ScoreProto::ToProto(const PlayerScores& from, score_pb::StandardResponse& to) {
  score_pb::PlayerScoresResponse& scores = *to.mutable_player_scores();
  scores.set_player_id(from.player_id);
  scores.set_game_id(from.game_id);
  for (const Score& score : from.scores) ToProto(score, *scores.add_scores());
  scores.set_total_count(Saturated<std::int32_t>(from.total_count));
  scores.set_next_cursor(from.next_cursor);
}

void ScoreProto::ToProto(const Leaderboard& from, score_pb::StandardResponse& to) {
  score_pb::Leaderboard& board = *to.mutable_leaderboard();
  board.set_game_id(from.game_id);
  board.set_score_type(from.score_type);
  board.set_time_period(from.time_period);
  for (const LeaderboardEntry& entry : from.entries) ToProto(entry, *board.add_entries());
  WriteTimestamp(from.last_updated, *board.mutable_last_updated());
  board.set_next_cursor(from.next_cursor);
}

void ScoreProto::ToProto(const PlayerRank& from, score_pb::StandardResponse& to) {
  score_pb::PlayerRankResponse& rank = *to.mutable_player_rank();
  rank.set_player_id(from.player_id);
  rank.set_game_id(from.game_id);
  rank.set_score_type(from.score_type);
  rank.set_rank(Saturated<std::int32_t>(from.rank));
  rank.set_score_value(from.score_value);
  rank.set_total_players(Saturated<std::int32_t>(from.total_players));
  rank.set_time_period(from.time_period);
}

Status ScoreProto::FromProto(const score_pb::Score& from, Score& to, Reading) {
  to.id = from.id();
  to.player_id = from.player_id();
  to.game_id = from.game_id();
  to.instance_id = from.instance_id();
  to.value = from.value();
  to.score_type = from.score_type();
  to.created_at = ReadTimestamp(from.created_at());
  to.metadata.insert(from.metadata().begin(), from.metadata().end());
  return {};
}

Status ScoreProto::FromProto(const score_pb::LeaderboardEntry& from, LeaderboardEntry& to, Reading reading) {
  to.rank = from.rank();
  to.player_name = from.player_name();
  return FromProto(from.score(), to.score, reading);
}

Status ScoreProto::FromProto(const score_pb::ScoreSubmission& from, ScoreSubmission& to, Reading) {
  to.player_id = from.player_id();
  to.game_id = from.game_id();
  to.instance_id = from.instance_id();
  to.value = from.value();
  to.score_type = from.score_type();
  to.metadata.insert(from.metadata().begin(), from.metadata().end());
  return {};
}

Status ScoreProto::FromProto(const score_pb::PlayerScoresRequest& from, PlayerScoresRequest& to, Reading) {
  to.player_id = from.player_id();
  to.game_id = from.game_id();
  to.limit = from.limit();
  to.cursor = from.cursor();
  return {};
}

Status ScoreProto::FromProto(const score_pb::LeaderboardRequest& from, LeaderboardRequest& to, Reading) {
  to.game_id = from.game_id();
  to.score_type = from.score_type();
  to.time_period = from.time_period();
  to.limit = from.limit();
  to.cursor = from.cursor();
  to.player_ids.assign(from.player_ids().begin(), from.player_ids().end());
  to.around_player_id = from.around_player_id();
  return {};
}

Status ScoreProto::FromProto(const score_pb::PlayerRankRequest& from, PlayerRankRequest& to, Reading) {
  to.player_id = from.player_id();
  to.game_id = from.game_id();
  to.score_type = from.score_type();
  to.time_period = from.time_period();
  return {};
}

Status ScoreProto::FromProto(const score_pb::StandardResponse& from, LeaderboardEntry& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_leaderboard_entry()) return LacksData("the leaderboard entry");
  return FromProto(from.leaderboard_entry(), to, reading);
}

Status ScoreProto::FromProto(const score_pb::StandardResponse& from, PlayerScores& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_player_scores()) return LacksData("the scores");
  const score_pb::PlayerScoresResponse& scores = from.player_scores();
  to.player_id = scores.player_id();
  to.game_id = scores.game_id();
  to.total_count = scores.total_count();
  to.next_cursor = scores.next_cursor();
  for (const score_pb::Score& score : scores.scores()) {
    OOFGG_RETURN_IF_ERROR(FromProto(score, to.scores.emplace_back(), reading));
  }
  return {};
}

Status ScoreProto::FromProto(const score_pb::StandardResponse& from, Leaderboard& to, Reading reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_leaderboard()) return LacksData("the leaderboard");
  const score_pb::Leaderboard& board = from.leaderboard();
  to.game_id = board.game_id();
  to.score_type = board.score_type();
  to.time_period = board.time_period();
  to.last_updated = ReadTimestamp(board.last_updated());
  to.next_cursor = board.next_cursor();
  for (const score_pb::LeaderboardEntry& entry : board.entries()) {
    OOFGG_RETURN_IF_ERROR(FromProto(entry, to.entries.emplace_back(), reading));
  }
  return {};
}

Status ScoreProto::FromProto(const score_pb::StandardResponse& from, PlayerRank& to, Reading) {
  OOFGG_RETURN_IF_ERROR(CheckCode(from.code(), from.message()));
  if (!from.has_player_rank()) return LacksData("the rank");
  const score_pb::PlayerRankResponse& rank = from.player_rank();
  to.player_id = rank.player_id();
  to.game_id = rank.game_id();
  to.score_type = rank.score_type();
  to.rank = rank.rank();
  to.score_value = rank.score_value();
  to.total_players = rank.total_players();
  to.time_period = rank.time_period();
  return {};
}

}  // namespace oofgg::wire
