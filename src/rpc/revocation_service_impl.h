#pragma once

#include <memory>
#include <utility>

#include "oofgg/v1/revocation.grpc.pb.h"
#include "rpc/stream.h"
#include "wire/proto_revocation.h"

namespace oofgg::rpc {

/// rpc/revocation_service.h over any class with the facade's methods, such as a test's.
template <class Facade>
class RevocationServiceOf final : public v1::RevocationService::CallbackService {
 public:
  RevocationServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerWriteReactor<v1::Revocations>* Watch(grpc::CallbackServerContext* call,
                                                   const v1::WatchRevocationsRequest* request) final {
    return ServeStream<wire::methods::WatchRevocations>(
        host_, call, request,
        [this](const CallContext& context, const WatchRevocationsRequest& watch,
               std::shared_ptr<StreamHost> host) {
          return facade_.OpenWatch(context, watch, std::move(host));
        });
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
