#pragma once

#include <memory>
#include <utility>

#include "rpc/stream.h"
#include "v1/api/common/instance_service.grpc.pb.h"
#include "wire/proto_session.h"

namespace oofgg::rpc {

/// rpc/instance_service.h over any class with the facade's method, such as a test's.
template <class Facade>
class InstanceServiceOf final : public ::v1::api::common::InstanceService::CallbackService {
 public:
  InstanceServiceOf(ServiceHost& host, Facade& facade) : host_(host), facade_(facade) {}

  grpc::ServerBidiReactor<::v1::api::game::GameEvent, ::v1::api::game::GameEvent>* StreamEvents(
      grpc::CallbackServerContext* call) final {
    return ServeBidi<wire::methods::StreamInstanceEvents>(
        host_, call, [this](const CallContext& context, std::shared_ptr<StreamHost> host) {
          return facade_.OpenAsServer(context, std::move(host));
        });
  }

 private:
  ServiceHost& host_;
  Facade& facade_;
};

}  // namespace oofgg::rpc
