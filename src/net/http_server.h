#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "base/address_list.h"
#include "net/http_message.h"
#include "net/secure_layer.h"
#include "oofgg/status.h"

namespace boost::asio {
class io_context;
}

namespace oofgg::net {

struct HttpServerOptions {
  std::size_t max_header_bytes = 8 * 1024;          ///< Request line included; over it: 431.
  std::size_t max_body_bytes = 64 * 1024;           ///< Over it: 413.
  std::size_t max_connections = 10'000;             ///< The next one is told 503 and closed.
  std::size_t max_connections_per_address = 1'000;  ///< Of one IPv4 address or one IPv6 /64.
  bool exempt_loopback = false;                     ///< No such limit for this machine: a proxy runs on it.
  AddressList proxies = {};                         ///< Nor for these, through whom many come.
  SecureLayerFactory secure = {};                   ///< TLS (net/tls/tls_source.h); empty: plaintext.
  std::size_t max_handshakes = 256;  ///< Under way at once; the next one takes the place of the oldest.
  std::chrono::milliseconds handshake_timeout{5'000};
  std::chrono::milliseconds request_timeout{10'000};  ///< To send the first request, or any body.
  std::chrono::milliseconds idle_timeout{60'000};     ///< Between requests of one connection.
  std::chrono::milliseconds write_timeout{10'000};    ///< To take a reply.
};

/// Gives the answer to one request: from any thread, during the handler or later; the first call
/// counts. If every copy is dropped unused, the peer gets a 500. Must be dropped before the
/// io_context is destroyed.
using HttpReplier = std::function<void(HttpResponse)>;

/// Runs on a thread of the io_context, for several connections at once, and must not block.
using HttpHandler = std::function<void(HttpRequest, HttpReplier)>;

/// An HTTP/1.1 listener: keep-alive, pipelining, limits, TLS if it is given some. What is not HTTP gets a 400
/// and a close, what is not TLS a close, and no other connection notices.
///
/// Threads: methods are safe from any thread but not from within the handler. The io_context must be run by
/// its owner and outlive the server.
/// Lifetime: once the destructor has returned, the handler is not running and never runs again; a
/// replier that is called later does nothing.
class HttpServer {
 public:
  /// Binds `address` (`host:port`, `:port` for all interfaces) and starts. Errors: kInvalidArgument
  /// (address), kUnavailable (the port is in use or may not be bound).
  [[nodiscard]] static StatusOr<std::unique_ptr<HttpServer>> Listen(boost::asio::io_context& io,
                                                                    std::string_view address,
                                                                    HttpHandler handler,
                                                                    HttpServerOptions options = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;

  /// Stops accepting, closes idle connections, lets requests under way be answered, with
  /// `Connection: close`. `on_drained` runs once, when the last connection is gone.
  void Drain(std::function<void()> on_drained);

 private:
  class Impl;
  explicit HttpServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace oofgg::net
