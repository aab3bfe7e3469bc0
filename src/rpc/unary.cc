#include "rpc/unary.h"

#include <grpcpp/server_context.h>

#include "rpc/grpc_status.h"

namespace oofgg::rpc {

PendingAnswer::PendingAnswer(CallRecord record, grpc::CallbackServerContext& call)
    : record_(std::move(record)), call_(&call), reactor_(call.DefaultReactor()) {}

PendingAnswer::~PendingAnswer() {
  if (reactor_ != nullptr) Finish(StreamRegistry::DrainStatus());
}

bool PendingAnswer::IsUnwanted() const { return call_->IsCancelled(); }

void PendingAnswer::Finish(const Status& status) {
  // The record first: once gRPC has the answer, the server may be gone.
  const grpc::Status answer = ToGrpc(record_.EndTimed(status));
  std::exchange(reactor_, nullptr)->Finish(answer);
}

Status CallerGaveUp() {
  return MakeStatus(StatusCode::kCancelled, "the caller gave up before the call was begun");
}

}  // namespace oofgg::rpc
