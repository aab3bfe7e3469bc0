#pragma once

#include <memory>
#include <utility>

#include "oofgg/v1/matchmaking.grpc.pb.h"
#include "rpc/stream.h"
#include "rpc/unary.h"
#include "wire/proto_match.h"

namespace oofgg::rpc {

/// rpc/matchmaking_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class MatchmakingServiceOf final : public v1::MatchmakingService::CallbackService {
 public:
  MatchmakingServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerUnaryReactor* CreateTicket(grpc::CallbackServerContext* call,
                                         const v1::CreateTicketRequest* request, v1::Ticket* response) final {
    return ServeUnary<wire::methods::CreateTicket>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::CreateTicket));
  }

  grpc::ServerUnaryReactor* GetTicket(grpc::CallbackServerContext* call, const v1::TicketId* request,
                                      v1::Ticket* response) final {
    return ServeUnary<wire::methods::GetTicket>(host_, host_.lane(), call, request, response,
                                                Calls(facade_, &Facade::GetTicket));
  }

  grpc::ServerUnaryReactor* CancelTicket(grpc::CallbackServerContext* call, const v1::TicketId* request,
                                         v1::Ticket* response) final {
    return ServeUnary<wire::methods::CancelTicket>(host_, host_.lane(), call, request, response,
                                                   Calls(facade_, &Facade::CancelTicket));
  }

  grpc::ServerWriteReactor<v1::Ticket>* WatchTicket(grpc::CallbackServerContext* call,
                                                    const v1::TicketId* request) final {
    return ServeStream<wire::methods::WatchTicket>(
        host_, call, request,
        [this](const CallContext& context, const TicketId& ticket, std::shared_ptr<StreamHost> host) {
          return facade_.WatchTicket(context, ticket, std::move(host));
        });
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
