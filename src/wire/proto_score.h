#pragma once

#include "v1/api/score/score.pb.h"
#include "wire/convert.h"
#include "wire/methods.h"
#include "wire/proto_of.h"

namespace oofgg::wire {

/// v1.api.score. Answers are wrapped in its own StandardResponse.
struct ScoreProto {
  static void ToProto(const Score& from, ::v1::api::score::Score& to);
  static void ToProto(const LeaderboardEntry& from, ::v1::api::score::LeaderboardEntry& to);
  static void ToProto(const ScoreSubmission& from, ::v1::api::score::ScoreSubmission& to);
  static void ToProto(const PlayerScoresRequest& from, ::v1::api::score::PlayerScoresRequest& to);
  static void ToProto(const LeaderboardRequest& from, ::v1::api::score::LeaderboardRequest& to);
  static void ToProto(const PlayerRankRequest& from, ::v1::api::score::PlayerRankRequest& to);
  static void ToProto(const LeaderboardEntry& from, ::v1::api::score::StandardResponse& to);
  static void ToProto(const PlayerScores& from, ::v1::api::score::StandardResponse& to);
  static void ToProto(const Leaderboard& from, ::v1::api::score::StandardResponse& to);
  static void ToProto(const PlayerRank& from, ::v1::api::score::StandardResponse& to);

  static Status FromProto(const ::v1::api::score::Score& from, Score& to, Reading);
  static Status FromProto(const ::v1::api::score::LeaderboardEntry& from, LeaderboardEntry& to, Reading);
  static Status FromProto(const ::v1::api::score::ScoreSubmission& from, ScoreSubmission& to, Reading);
  static Status FromProto(const ::v1::api::score::PlayerScoresRequest& from, PlayerScoresRequest& to,
                          Reading);
  static Status FromProto(const ::v1::api::score::LeaderboardRequest& from, LeaderboardRequest& to, Reading);
  static Status FromProto(const ::v1::api::score::PlayerRankRequest& from, PlayerRankRequest& to, Reading);
  static Status FromProto(const ::v1::api::score::StandardResponse& from, LeaderboardEntry& to, Reading);
  static Status FromProto(const ::v1::api::score::StandardResponse& from, PlayerScores& to, Reading);
  static Status FromProto(const ::v1::api::score::StandardResponse& from, Leaderboard& to, Reading);
  static Status FromProto(const ::v1::api::score::StandardResponse& from, PlayerRank& to, Reading);
};

template <>
struct ProtoOf<methods::SubmitScore>
    : ProtoPair<ScoreProto, ::v1::api::score::ScoreSubmission, ::v1::api::score::StandardResponse> {};
template <>
struct ProtoOf<methods::GetPlayerScores>
    : ProtoPair<ScoreProto, ::v1::api::score::PlayerScoresRequest, ::v1::api::score::StandardResponse> {};
template <>
struct ProtoOf<methods::GetLeaderboard>
    : ProtoPair<ScoreProto, ::v1::api::score::LeaderboardRequest, ::v1::api::score::StandardResponse> {};
template <>
struct ProtoOf<methods::GetPlayerRank>
    : ProtoPair<ScoreProto, ::v1::api::score::PlayerRankRequest, ::v1::api::score::StandardResponse> {};

}  // namespace oofgg::wire
