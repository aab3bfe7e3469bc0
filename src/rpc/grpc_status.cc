#include "rpc/grpc_status.h"

#include "wire/status_details.h"

namespace oofgg::rpc {

grpc::Status ToGrpc(const Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // abseil's codes are gRPC's, number by number.
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      wire::EncodeStatusDetails(status));
}

}  // namespace oofgg::rpc
