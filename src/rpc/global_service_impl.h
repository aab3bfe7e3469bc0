#pragma once

#include <memory>
#include <utility>

#include "rpc/stream.h"
#include "v1/api/common/global_service.grpc.pb.h"
#include "wire/proto_global.h"

namespace oofgg::rpc {

/// rpc/global_service.h over any class with the facade's method, such as a test's.
template <class Facade>
class GlobalServiceOf final : public ::v1::api::common::GlobalService::CallbackService {
 public:
  GlobalServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerBidiReactor<::v1::api::global::GlobalEvent, ::v1::api::global::GlobalEvent>* StreamEvents(
      grpc::CallbackServerContext* call) final {
    return ServeBidi<wire::methods::StreamGlobalEvents>(
        host_, call, [this](const CallContext& context, std::shared_ptr<StreamHost> host) {
          return facade_.Open(context, std::move(host));
        });
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
