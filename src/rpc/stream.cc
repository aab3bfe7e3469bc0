#include "rpc/stream.h"

#include <grpcpp/server_context.h>

#include "rpc/grpc_status.h"

namespace oofgg::rpc {

grpc::Status EndOfStream(const Status& status) { return ToGrpc(status); }

void CancelStream(grpc::CallbackServerContext& call) { call.TryCancel(); }

}  // namespace oofgg::rpc
