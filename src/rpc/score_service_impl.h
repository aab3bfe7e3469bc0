#pragma once

#include "rpc/unary.h"
#include "v1/api/common/score_service.grpc.pb.h"
#include "wire/proto_score.h"

namespace oofgg::rpc {

/// rpc/score_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class ScoreServiceOf final : public ::v1::api::common::ScoreService::CallbackService {
 public:
  ScoreServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerUnaryReactor* SubmitScore(grpc::CallbackServerContext* call,
                                        const ::v1::api::score::ScoreSubmission* request,
                                        ::v1::api::score::StandardResponse* response) final {
    return ServeUnary<wire::methods::SubmitScore>(host_, host_.lane(), call, request, response,
                                                  Calls(facade_, &Facade::SubmitScore));
  }

  grpc::ServerUnaryReactor* GetPlayerScores(grpc::CallbackServerContext* call,
                                            const ::v1::api::score::PlayerScoresRequest* request,
                                            ::v1::api::score::StandardResponse* response) final {
    return ServeUnary<wire::methods::GetPlayerScores>(host_, host_.lane(), call, request, response,
                                                      Calls(facade_, &Facade::GetPlayerScores));
  }

  grpc::ServerUnaryReactor* GetLeaderboard(grpc::CallbackServerContext* call,
                                           const ::v1::api::score::LeaderboardRequest* request,
                                           ::v1::api::score::StandardResponse* response) final {
    return ServeUnary<wire::methods::GetLeaderboard>(host_, host_.lane(), call, request, response,
                                                     Calls(facade_, &Facade::GetLeaderboard));
  }

  grpc::ServerUnaryReactor* GetPlayerRank(grpc::CallbackServerContext* call,
                                          const ::v1::api::score::PlayerRankRequest* request,
                                          ::v1::api::score::StandardResponse* response) final {
    return ServeUnary<wire::methods::GetPlayerRank>(host_, host_.lane(), call, request, response,
                                                    Calls(facade_, &Facade::GetPlayerRank));
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
