#pragma once

#include <span>
#include <vector>

#include "rpc/gathered_calls.h"
#include "rpc/leaderboard_reply.h"
#include "rpc/unary.h"
#include "v1/api/common/score_service.grpc.pb.h"
#include "wire/proto_score.h"

namespace oofgg::rpc {

/// All methods of the service, of which GetLeaderboard takes and gives bytes.
using ScoreCallbacks = ::v1::api::common::ScoreService::WithRawCallbackMethod_GetLeaderboard<
    ::v1::api::common::ScoreService::WithCallbackMethod_SubmitScore<
        ::v1::api::common::ScoreService::WithCallbackMethod_GetPlayerScores<
            ::v1::api::common::ScoreService::WithCallbackMethod_GetPlayerRank<
                ::v1::api::common::ScoreService::Service>>>>;

/// rpc/score_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class ScoreServiceOf final : public ScoreCallbacks {
 public:
  ScoreServiceOf(ServiceHost& host, Facade& facade)
      : host_(host),
        facade_(facade),
        submissions_(host.executor(), [&facade](std::span<const Submissions::Call> calls) {
          return SubmitAll(facade, calls);
        }) {}

  grpc::ServerUnaryReactor* SubmitScore(grpc::CallbackServerContext* call,
                                        const ::v1::api::score::ScoreSubmission* request,
                                        ::v1::api::score::StandardResponse* response) final {
    return ServeGathered(host_, host_.lane(), submissions_, call, request, response,
                         Calls(facade_, &Facade::SubmitsTogether), Calls(facade_, &Facade::SubmitScore));
  }

  grpc::ServerUnaryReactor* GetPlayerScores(grpc::CallbackServerContext* call,
                                            const ::v1::api::score::PlayerScoresRequest* request,
                                            ::v1::api::score::StandardResponse* response) final {
    return ServeUnary<wire::methods::GetPlayerScores>(host_, host_.lane(), call, request, response,
                                                      Calls(facade_, &Facade::GetPlayerScores));
  }

  grpc::ServerUnaryReactor* GetLeaderboard(grpc::CallbackServerContext* call, const grpc::ByteBuffer* bytes,
                                           grpc::ByteBuffer* response) final {
    ::v1::api::score::LeaderboardRequest request;
    grpc::ByteBuffer to_read(*bytes);
    using Traits = grpc::SerializationTraits<::v1::api::score::LeaderboardRequest>;
    if (!Traits::Deserialize(&to_read, &request).ok()) return nullptr;  // As of every method, by gRPC.
    return ServeUnary<wire::methods::GetLeaderboard>(
        host_, host_.lane(), call, &request, response,
        Calls(facade_, &Facade::ReadLeaderboard, &Facade::ReadLeaderboardAtHand),
        [this](const LeaderboardRequest&, const game::BoardPage& page, grpc::ByteBuffer& reply) {
          reply = replies_.Write(page);
        });
  }

  grpc::ServerUnaryReactor* GetPlayerRank(grpc::CallbackServerContext* call,
                                          const ::v1::api::score::PlayerRankRequest* request,
                                          ::v1::api::score::StandardResponse* response) final {
    return ServeUnary<wire::methods::GetPlayerRank>(
        host_, host_.lane(), call, request, response,
        Calls(facade_, &Facade::GetPlayerRank, &Facade::GetPlayerRankAtHand));
  }

 private:
  using Submissions = GatheredCalls<wire::methods::SubmitScore>;

  static Submissions::Answers SubmitAll(Facade& facade, std::span<const Submissions::Call> calls) {
    std::vector<typename Facade::SubmitCall> submissions;
    for (const Submissions::Call& call : calls) {
      submissions.push_back({call.admitted.context, call.admitted.request});
    }
    return facade.SubmitScores(submissions);
  }

  ServiceHost& host_;
  Facade& facade_;
  Submissions submissions_;
  LeaderboardReplies replies_;
};

}  // namespace oofgg::rpc
