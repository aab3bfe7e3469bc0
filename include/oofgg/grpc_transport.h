#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "oofgg/clock.h"
#include "oofgg/transport.h"

namespace oofgg {

/// Where the three servers listen, each `host:port`. Behind one proxy all three are the same.
struct Endpoints {
  std::string auth = "127.0.0.1:50051";
  std::string game = "127.0.0.1:50052";
  std::string maker = "127.0.0.1:50053";
};

/// Files' contents, not their names.
struct TlsOptions {
  bool enabled = false;
  std::string root_certificates_pem{};  ///< Empty: the system's.
  std::string certificate_chain_pem{};  ///< Sent, with the key, to servers that ask for one.
  std::string private_key_pem{};
};

struct GrpcTransportOptions {
  Endpoints endpoints{};
  TlsOptions tls{};
  /// HTTP/2 pings find a dead link: `interval` plus `timeout` after it went silent, its calls and streams end
  /// with kUnavailable. Pings are sent only while something is under way.
  std::chrono::milliseconds keepalive_interval{2'500};
  std::chrono::milliseconds keepalive_timeout{2'000};
  std::chrono::milliseconds connect_timeout{5'000};  ///< Until the server has answered on a new connection.
  const Clock* clock = nullptr;  ///< What TransportCall::deadline is measured by. Null: the system's.
};

/// `ReasonOf` a kUnavailable that no server sent: none was reached. The message names the address.
inline constexpr const char* kUnreachable = "UNREACHABLE";

/// gRPC over HTTP/2 with one channel a server, chosen by the service in the method's path. Connects when
/// first used. Threads: callbacks run on gRPC's threads. Lifetime: the destructor waits until gRPC has let go
/// of every call; gRPC itself, and its threads, stay until the process exits. So that none of them is in
/// OpenSSL when that is taken down, the first call tells OpenSSL not to do so at exit, for the whole process;
/// that has no effect where something else has used OpenSSL before.
[[nodiscard]] std::shared_ptr<Transport> MakeGrpcTransport(const GrpcTransportOptions& options = {});

}  // namespace oofgg
