#pragma once

#include <memory>
#include <utility>

#include "oofgg/v1/presence.grpc.pb.h"
#include "rpc/stream.h"
#include "rpc/unary.h"
#include "wire/proto_presence.h"

namespace oofgg::rpc {

/// rpc/presence_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class PresenceServiceOf final : public v1::PresenceService::CallbackService {
 public:
  PresenceServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerBidiReactor<v1::PresenceRequest, v1::PresenceUpdate>* Connect(
      grpc::CallbackServerContext* call) final {
    return ServeBidi<wire::methods::Connect>(
        host_, call, [this](const CallContext& context, std::shared_ptr<StreamHost> host) {
          return facade_.Connect(context, std::move(host));
        });
  }

  grpc::ServerWriteReactor<v1::PresenceUpdate>* Watch(grpc::CallbackServerContext* call,
                                                      const v1::PresenceRequest* request) final {
    return ServeStream<wire::methods::WatchPresence>(
        host_, call, request,
        [this](const CallContext& context, const PresenceRequest& first, std::shared_ptr<StreamHost> host) {
          return facade_.Watch(context, first, std::move(host));
        });
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
