#include "client/transport/grpc/grpc_call.h"

#include <utility>

#include "client/callback_guard.h"
#include "client/transport/grpc/grpc_bytes.h"

namespace oofgg::internal {
namespace {

// Owned by gRPC's completion and, until it is dropped, by the handle.
struct UnaryState {
  UnaryState(InFlight& in_flight, Transport::OnReply on_reply_in)
      : token(in_flight), on_reply(std::move(on_reply_in)) {}

  const InFlight::Token token;
  CallbackGuard guard;
  Transport::OnReply on_reply;
  grpc::ByteBuffer request;
  grpc::ByteBuffer response;
  grpc::ClientContext context;
  Status refused;  // What gRPC was spared.
};

class UnaryHandle final : public TransportHandle {
 public:
  explicit UnaryHandle(std::shared_ptr<UnaryState> state) : state_(std::move(state)) {}
  ~UnaryHandle() override {
    state_->guard.Close();
    state_->on_reply = nullptr;  // No longer used, or moved out by the callback that drops us.
    state_->context.TryCancel();
  }

 private:
  const std::shared_ptr<UnaryState> state_;
};

}  // namespace

std::unique_ptr<TransportHandle> StartGrpcUnary(grpc::GenericStub& stub, InFlight& in_flight,
                                                const Clock& clock, const TransportCall& call,
                                                const std::string& request, Transport::OnReply on_reply) {
  auto state = std::make_shared<UnaryState>(in_flight, std::move(on_reply));
  state->refused = Prepare(state->context, call, clock);
  state->request = ToBuffer(request);
  stub.UnaryCall(&state->context, call.method, {}, &state->request, &state->response,
                 [state](const grpc::Status& status) {
                   state->guard.Run([&] {
                     Transport::OnReply reply_to = std::move(state->on_reply);
                     if (!state->refused.ok()) return reply_to(state->refused);
                     if (status.ok()) return reply_to(ToString(state->response));
                     reply_to(ToStatus(status));
                   });
                 });
  return std::make_unique<UnaryHandle>(std::move(state));
}

}  // namespace oofgg::internal
