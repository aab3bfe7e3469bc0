#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace oofgg::net {
class TlsSource;
}

namespace oofgg::rpc {

/// The initialisers let callers name only what they set.
struct RpcServerOptions {
  std::vector<std::string> listen = {};  ///< `HOST:PORT`, `[IPV6]:PORT` or `:PORT`; port 0 takes a free one.

  /// Certificate and key, and whether clients must show one too. New connections get what it has when they
  /// come, open ones live on. Null: plaintext.
  std::shared_ptr<net::TlsSource> tls = {};
  bool insecure = false;  ///< Allows plaintext off loopback, as on a private network.

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
