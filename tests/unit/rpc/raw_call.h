#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/support/status.h>

#include <memory>
#include <string>

namespace oofgg::rpc {

/// One message there and one back by any method, as bytes: for services whose stubs Debian does not install.
/// On a stream, the first answer. An empty token or key is not sent.
struct RawReply {
  grpc::Status status;
  std::string bytes;
};
[[nodiscard]] RawReply RawCall(const std::shared_ptr<grpc::Channel>& channel, const std::string& method,
                               const std::string& request, const std::string& token = "",
                               const std::string& idempotency_key = "");

}  // namespace oofgg::rpc
