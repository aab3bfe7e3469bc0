#include "servers/common/request_transport.h"

#include <string>
#include <utility>

#include "base/request_scope.h"

namespace oofgg::servers {
namespace {

class RequestTransport final : public Transport {
 public:
  RequestTransport(std::shared_ptr<Transport> to, std::string_view request_id)
      : to_(std::move(to)), request_id_(request_id) {}

  std::unique_ptr<TransportHandle> StartUnary(TransportCall call, std::string request,
                                              OnReply on_reply) override {
    return to_->StartUnary(Named(std::move(call)), std::move(request), std::move(on_reply));
  }
  std::unique_ptr<TransportStream> StartStream(TransportCall call,
                                               TransportStreamCallbacks callbacks) override {
    return to_->StartStream(Named(std::move(call)), std::move(callbacks));
  }

 private:
  TransportCall Named(TransportCall call) const {
    call.metadata.emplace_back("x-request-id", request_id_);
    return call;
  }

  const std::shared_ptr<Transport> to_;
  const std::string request_id_;
};

}  // namespace

std::shared_ptr<Transport> ForCurrentRequest(std::shared_ptr<Transport> to) {
  const std::string_view id = RequestScope::CurrentId();
  if (id.empty()) return to;
  return std::make_shared<RequestTransport>(std::move(to), id);
}

}  // namespace oofgg::servers
