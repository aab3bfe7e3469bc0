#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace oofgg::rpc {

/// The initialisers let callers name only what they set.
struct RpcServerOptions {
  std::vector<std::string> listen = {};  ///< `HOST:PORT`, `[IPV6]:PORT` or `:PORT`; port 0 takes a free one.

  std::string tls_certificate_file = {};  ///< PEM, the chain, leaf first. Empty: plaintext.
  std::string tls_key_file = {};          ///< PEM; needed with a certificate.
  std::string tls_client_ca_file = {};    ///< PEM; if set, clients must show a certificate that it signed.
  bool insecure = false;                  ///< Allows plaintext off loopback, as on a private network.

  std::size_t max_request_bytes = 1024 * 1024;
  std::size_t max_memory_bytes =
      std::size_t{512} * 1024 * 1024;  ///< For gRPC's buffers, over all connections.
  int max_concurrent_streams = 1'000;  ///< Calls at once on one connection; a proxy carries many on one.

  /// After this long without a sign of life the server asks a connection for one, …
  std::chrono::milliseconds keepalive_interval{20'000};
  /// … and closes it if none comes within this.
  std::chrono::milliseconds keepalive_timeout{5'000};
  /// Clients that ask more often than this are closed. The SDK asks every 2 s, to notice a dead link in 5 s.
  std::chrono::milliseconds min_client_keepalive{1'000};

  bool reflection = true;
};

}  // namespace oofgg::rpc
