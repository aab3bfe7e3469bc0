#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "oofgg/parse.h"
#include "oofgg/status.h"
#include "rpc/server_options.h"
#include "rpc/service_host.h"

namespace grpc {
class Server;
class ServerCredentials;
class Service;
}  // namespace grpc

namespace oofgg::rpc {

/// A service, made by the `Make...Service` functions.
struct ServedService {
  std::string name;  ///< As `grpc.health.v1` is asked, such as `v1.api.auth.AuthService`.
  std::shared_ptr<grpc::Service> implementation;
};

/// A running gRPC server, with `grpc.health.v1` and, if wanted, reflection.
///
/// Threads: `Drain` and the accessors are safe from any thread. Calls run as rpc/service_host.h says.
/// Lifetime: `host` and what the services call must outlive it. The destructor drains without patience.
class RpcServer {
 public:
  /// Listens. kInvalidArgument: an option; kFailedPrecondition: plaintext off loopback; kUnavailable: an
  /// address that cannot be had, such as a port in use.
  [[nodiscard]] static StatusOr<std::unique_ptr<RpcServer>> Start(const RpcServerOptions& options,
                                                                  ServiceHost& host,
                                                                  std::vector<ServedService> services);
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  /// Where it listens, in the order asked for, with the ports that were chosen.
  [[nodiscard]] const std::vector<HostPort>& addresses() const { return addresses_; }

  /// What `grpc.health.v1` says of the whole server and of each service; true from the start.
  void SetServing(bool serving);

  /// Says it is not serving, takes no new calls, ends streams with kUnavailable (reason SERVER_DRAINING),
  /// lets calls in flight finish and cancels what is left after `patience`. Returns once all are done; again
  /// does nothing.
  void Drain(std::chrono::milliseconds patience);

 private:
  RpcServer(ServiceHost& host, std::vector<ServedService> services);
  Status Listen(const RpcServerOptions& options);

  ServiceHost& host_;
  std::vector<ServedService> services_;
  std::vector<HostPort> addresses_;
  std::shared_ptr<grpc::ServerCredentials> credentials_;  // Outlives the server.
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace oofgg::rpc
