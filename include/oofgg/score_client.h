#pragma once

#include <functional>
#include <memory>

#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/model/score.h"
#include "oofgg/status.h"

namespace oofgg {

namespace internal {
class ClientCore;
}

/// Scores and leaderboards. Errors, threads and lifetime as of Client.
class ScoreClient {
 public:
  explicit ScoreClient(std::shared_ptr<internal::ClientCore> core) : core_(std::move(core)) {}

  /// Counted once, by idempotency key. Answers with the score and its rank.
  StatusOr<LeaderboardEntry> SubmitScore(const ScoreSubmission& request, const CallOptions& options = {});
  [[nodiscard]] Call SubmitScore(const ScoreSubmission& request,
                                 std::function<void(StatusOr<LeaderboardEntry>)> on_done,
                                 const CallOptions& options = {});

  StatusOr<PlayerScores> GetPlayerScores(const PlayerScoresRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetPlayerScores(const PlayerScoresRequest& request,
                                     std::function<void(StatusOr<PlayerScores>)> on_done,
                                     const CallOptions& options = {});

  StatusOr<Leaderboard> GetLeaderboard(const LeaderboardRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetLeaderboard(const LeaderboardRequest& request,
                                    std::function<void(StatusOr<Leaderboard>)> on_done,
                                    const CallOptions& options = {});

  StatusOr<PlayerRank> GetPlayerRank(const PlayerRankRequest& request, const CallOptions& options = {});
  [[nodiscard]] Call GetPlayerRank(const PlayerRankRequest& request,
                                   std::function<void(StatusOr<PlayerRank>)> on_done,
                                   const CallOptions& options = {});

 private:
  std::shared_ptr<internal::ClientCore> core_;
};

}  // namespace oofgg
