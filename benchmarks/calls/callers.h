#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "v1/api/common/game_service.grpc.pb.h"
#include "v1/api/common/player_service.grpc.pb.h"
#include "v1/api/common/score_service.grpc.pb.h"

namespace oofgg {

/// A player with a connection of their own.
struct PlayerOnline {
  PlayerOnline(const std::string& address, std::string id, const std::string& access_token);

  /// Puts the token beside a call.
  void SignIn(grpc::ClientContext& call) const { call.AddMetadata("authorization", authorization); }

  std::string user_id;
  std::string authorization;
  std::string session_id{};  ///< Of a session that they made.
  std::size_t calls = 0;
  std::unique_ptr<::v1::api::common::GameService::Stub> games;
  std::unique_ptr<::v1::api::common::PlayerService::Stub> players;
  std::unique_ptr<::v1::api::common::ScoreService::Stub> scores;
};

/// One call, with a fresh context in which the player is signed in.
using OneCall = std::function<grpc::Status(PlayerOnline& player, grpc::ClientContext& context)>;

/// What calling was like.
struct CallTimes {
  std::vector<double> microseconds;  ///< Of each that succeeded.
  double seconds = 0;                ///< From the first to the last.
  std::string error{};               ///< Of one that did not.
};

/// Everybody calls at the same time, `each` times in a row, and what it took is added to `times`.
void CallAtOnce(std::span<PlayerOnline> players, const OneCall& call, std::size_t each, CallTimes& times);

/// What that share of the calls took at most.
[[nodiscard]] double Percentile(std::vector<double>& times, double share);

}  // namespace oofgg
