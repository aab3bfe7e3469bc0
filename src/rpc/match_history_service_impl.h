#pragma once

#include "oofgg/v1/match_history.grpc.pb.h"
#include "rpc/unary.h"
#include "wire/proto_match_history.h"

namespace oofgg::rpc {

/// rpc/match_history_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class MatchHistoryServiceOf final : public v1::MatchHistoryService::CallbackService {
 public:
  MatchHistoryServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerUnaryReactor* ListMatches(grpc::CallbackServerContext* call,
                                        const v1::ListMatchesRequest* request,
                                        v1::ListMatchesResponse* response) final {
    return ServeUnary<wire::methods::ListMatches>(host_, host_.lane(), call, request, response,
                                                  Calls(facade_, &Facade::ListMatches));
  }

  grpc::ServerUnaryReactor* GetMatch(grpc::CallbackServerContext* call, const v1::GetMatchRequest* request,
                                     v1::Match* response) final {
    return ServeUnary<wire::methods::GetMatch>(host_, host_.lane(), call, request, response,
                                               Calls(facade_, &Facade::GetMatch));
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
