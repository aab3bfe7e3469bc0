#include "rpc/server.h"

#include <absl/synchronization/mutex.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <mutex>
#include <utility>

#include "rpc/library_log.h"
#include "rpc/server_credentials.h"

namespace oofgg::rpc {
namespace {

/// Switches of the whole process; gRPC's are read by the builders made after them.
void SetUpProcess(bool reflection) {
  TakeLogsOfLibraries();
  // Debian's abseil is built to look for deadlocks at every lock of gRPC's, which costs a tenth of a call.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  grpc::EnableDefaultHealthCheckService(true);
  static std::once_flag once;
  if (reflection) std::call_once(once, grpc::reflection::InitProtoReflectionServerBuilderPlugin);
}

int Milliseconds(std::chrono::milliseconds value) { return static_cast<int>(value.count()); }

void Configure(const RpcServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(options.max_request_bytes));
  builder.SetResourceQuota(grpc::ResourceQuota().Resize(options.max_memory_bytes));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, options.max_concurrent_streams);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(options.keepalive_interval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(options.keepalive_timeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             Milliseconds(options.min_client_keepalive));
  // An idle game asks for signs of life too, between its calls.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // Otherwise a second server on the same port starts, and takes half of the first one's calls.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

/// gRPC's spelling; an empty host is all interfaces. `localhost` is loopback whatever the machine's host
/// table says or lacks (RFC 6761, 6.3), as with our other listeners.
std::string ListenerAddress(HostPort address) {
  if (address.host.empty()) address.host = "::";
  if (address.host == "localhost") address.host = "127.0.0.1";
  return FormatHostPort(address);
}

/// gRPC does not say why.
Status CannotListen(const HostPort& address) {
  return MakeStatus(StatusCode::kUnavailable,
                    "cannot listen on " + FormatHostPort(address) + ": the port is in use or not allowed");
}

}  // namespace

RpcServer::RpcServer(ServiceHost& host, std::vector<ServedService> services)
    : host_(host), services_(std::move(services)) {}

RpcServer::~RpcServer() { Drain(std::chrono::milliseconds(0)); }

StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(const RpcServerOptions& options, ServiceHost& host,
                                                      std::vector<ServedService> services) {
  if (options.listen.empty()) return InvalidField("listen", "names no address; give one such as 127.0.0.1:0");
  std::unique_ptr<RpcServer> server(new RpcServer(host, std::move(services)));
  OOFGG_RETURN_IF_ERROR(server->Listen(options));
  return server;
}

Status RpcServer::Listen(const RpcServerOptions& options) {
  for (const std::string& listen : options.listen) {
    OOFGG_ASSIGN_OR_RETURN(HostPort address, ParseHostPort(listen));
    OOFGG_RETURN_IF_ERROR(CheckExposure(address, options));
    addresses_.push_back(std::move(address));
  }
  SetUpProcess(options.reflection);
  credentials_ = MakeCredentials(options);
  grpc::ServerBuilder builder;
  Configure(options, builder);
  std::vector<int> ports(addresses_.size(), 0);
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    builder.AddListeningPort(ListenerAddress(addresses_[i]), credentials_, &ports[i]);
  }
  for (const ServedService& service : services_) builder.RegisterService(service.implementation.get());
  {
    // Why one cannot be opened is told by our status, on one line.
    const QuietScope quiet;
    server_ = builder.BuildAndStart();
  }
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    if (ports[i] == 0) return CannotListen(addresses_[i]);
    addresses_[i].port = static_cast<std::uint16_t>(ports[i]);
  }
  if (server_ == nullptr) return MakeStatus(StatusCode::kUnavailable, "the gRPC server did not start");
  // From now on the service tells of these names; others are unknown to it.
  auto* health = server_->GetHealthCheckService();
  for (const ServedService& service : services_) health->SetServingStatus(service.name, true);
  return {};
}

void RpcServer::SetServing(bool serving) {
  if (server_ == nullptr) return;
  if (auto* health = server_->GetHealthCheckService()) health->SetServingStatus(serving);
}

void RpcServer::Drain(std::chrono::milliseconds patience) {
  SetServing(false);
  host_.streams().EndAll();
  if (server_ == nullptr) return;
  server_->Shutdown(std::chrono::system_clock::now() + patience);
}

}  // namespace oofgg::rpc
