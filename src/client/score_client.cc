#include "oofgg/score_client.h"

#include "client/unary.h"

namespace oofgg {

namespace methods = wire::methods;
using internal::Block;
using internal::CallBack;

StatusOr<LeaderboardEntry> ScoreClient::SubmitScore(const ScoreSubmission& request,
                                                    const CallOptions& options) {
  return Block<methods::SubmitScore>(core_, request, options);
}

Call ScoreClient::SubmitScore(const ScoreSubmission& request,
                              std::function<void(StatusOr<LeaderboardEntry>)> on_done,
                              const CallOptions& options) {
  return CallBack<methods::SubmitScore>(core_, request, std::move(on_done), options);
}

StatusOr<PlayerScores> ScoreClient::GetPlayerScores(const PlayerScoresRequest& request,
                                                    const CallOptions& options) {
  return Block<methods::GetPlayerScores>(core_, request, options);
}

Call ScoreClient::GetPlayerScores(const PlayerScoresRequest& request,
                                  std::function<void(StatusOr<PlayerScores>)> on_done,
                                  const CallOptions& options) {
  return CallBack<methods::GetPlayerScores>(core_, request, std::move(on_done), options);
}

StatusOr<Leaderboard> ScoreClient::GetLeaderboard(const LeaderboardRequest& request,
                                                  const CallOptions& options) {
  return Block<methods::GetLeaderboard>(core_, request, options);
}

Call ScoreClient::GetLeaderboard(const LeaderboardRequest& request,
                                 std::function<void(StatusOr<Leaderboard>)> on_done,
                                 const CallOptions& options) {
  return CallBack<methods::GetLeaderboard>(core_, request, std::move(on_done), options);
}

StatusOr<PlayerRank> ScoreClient::GetPlayerRank(const PlayerRankRequest& request,
                                                const CallOptions& options) {
  return Block<methods::GetPlayerRank>(core_, request, options);
}

Call ScoreClient::GetPlayerRank(const PlayerRankRequest& request,
                                std::function<void(StatusOr<PlayerRank>)> on_done,
                                const CallOptions& options) {
  return CallBack<methods::GetPlayerRank>(core_, request, std::move(on_done), options);
}

}  // namespace oofgg
