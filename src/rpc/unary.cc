#include "rpc/unary.h"

#include <grpcpp/server_context.h>

#include "rpc/grpc_status.h"

namespace oofgg::rpc {

PendingAnswer::PendingAnswer(grpc::CallbackServerContext& call)
    : call_(&call), reactor_(call.DefaultReactor()) {}

PendingAnswer::~PendingAnswer() {
  if (reactor_ != nullptr) Finish(StreamRegistry::DrainStatus());
}

bool PendingAnswer::IsUnwanted() const { return call_->IsCancelled(); }

void PendingAnswer::Finish(const Status& status) { std::exchange(reactor_, nullptr)->Finish(ToGrpc(status)); }

Status CallerGaveUp() {
  return MakeStatus(StatusCode::kCancelled, "the caller gave up before the call was begun");
}

}  // namespace oofgg::rpc
