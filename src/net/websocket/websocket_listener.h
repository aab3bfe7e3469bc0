#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address_list.h"
#include "net/secure_layer.h"
#include "net/websocket/subscriptions.h"
#include "oofgg/caller.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "oofgg/token_bucket.h"

namespace boost::asio {
class io_context;
}

namespace oofgg::net {

/// Who a token speaks for, or why it does not. Called on threads of the io_context; must not block.
using WebSocketAuthenticator = std::function<StatusOr<Caller>(std::string_view token)>;

struct WebSocketOptions {
  std::vector<std::string> origins = {};            ///< Of the pages that may connect; empty: all.
  AddressList proxies = {};                         ///< Whose `X-Forwarded-For` is believed.
  SecureLayerFactory secure = {};                   ///< TLS (net/tls/tls_source.h); empty: plaintext.
  std::size_t max_connections = 100'000;            ///< Counted from the first packet on, as the next.
  std::size_t max_connections_per_address = 1'000;  ///< Of one IPv4 address or one IPv6 /64; no proxy's.
  /// A TLS handshake costs some 0.3 ms of a core; what is over a rate is closed.
  RateLimit handshakes = {.per_second = 2'000, .burst = 20'000};
  RateLimit handshakes_per_address = {.per_second = 100, .burst = 1'000};
  /// Requests to connect, of all from one address, good or bad; who is over it gets a 429.
  RateLimit upgrades_per_address = {.per_second = 20, .burst = 200};
  bool spares_this_machine = true;  ///< What comes over loopback is not counted among these.
  RateLimit messages = {.per_second = 1'000, .burst = 2'000};  ///< And control frames, of one connection.
  std::size_t max_head_bytes = 8 * 1024;                       ///< Of the request to connect.
  std::size_t max_message_bytes = 24 * 1024;                   ///< An event of 16 KiB and what is around it.
  std::size_t max_sessions = 8;                                ///< Of one connection.
  std::chrono::milliseconds handshake_timeout{10'000};         ///< Until there is a WebSocket, TLS included.
  std::chrono::milliseconds ping_interval{20'000};  ///< Who answers two in a row with nothing is gone.
  std::chrono::milliseconds write_timeout{10'000};  ///< To take what waits, 32 KiB of events at a time.
  std::chrono::milliseconds close_timeout{2'000};   ///< To answer a close.
  int send_buffer_bytes = 0;  ///< The kernel's, of each connection; 0: as the kernel likes.
};

/// What happened at the port since it was opened, for metrics.
struct WebSocketCounts {
  std::uint64_t accepted = 0;
  std::uint64_t over_connections = 0;
  std::uint64_t over_connections_of_address = 0;
  std::uint64_t opened = 0;  ///< Became WebSockets.
  std::uint64_t unauthorized = 0;
  std::uint64_t over_rate = 0;  ///< Handshakes and requests over a rate.
  std::uint64_t other_refusals = 0;
  std::uint64_t timeouts = 0;     ///< That took too long to connect, …
  std::uint64_t unanswered = 0;   ///< … did not answer pings, …
  std::uint64_t not_reading = 0;  ///< … or did not take what was for them.
  std::uint64_t broken = 0;       ///< Ended by a frame that broke a rule, or by too many of them.
};

/// The WebSockets of players: the protocol of the public TypeScript SDK and of binary frames
/// (docs/websocket.md), over the streams that `open` gives.
///
/// An idle connection holds no buffer. What comes is taken apart on the socket's threads, which hand it to
/// the streams and write to those who hear it as long as these are at hand; what may wait for a store runs on
/// `workers`. What a peer does not read costs at most a batch of 32 KiB, since events are pulled when there
/// is room, and nothing is read from it meanwhile.
///
/// Threads: methods are safe from any thread.
/// Lifetime: what is passed in outlives it. Destroy it after `Drain` has reported, or when no thread runs
/// the io_context; in either case before the io_context. Once its destructor has returned, no stream of it is
/// open and `open` is not called.
class WebSocketListener {
 public:
  /// Binds `address` (`host:port`, `:port` for all interfaces) and accepts. `workers` also run timers.
  /// Errors: kInvalidArgument (address), kUnavailable (the port is in use or may not be bound).
  [[nodiscard]] static StatusOr<std::unique_ptr<WebSocketListener>> Listen(
      boost::asio::io_context& io, std::string_view address, OpenEvents open, const Clock& clock,
      Executor& workers, WebSocketAuthenticator authenticate, WebSocketOptions options = {});
  ~WebSocketListener();
  WebSocketListener(const WebSocketListener&) = delete;
  WebSocketListener& operator=(const WebSocketListener&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] WebSocketCounts counts() const;

  /// Closes those that a token with this `sid` opened with 4401. The token must be refused from now on,
  /// before this is called.
  void EndSession(std::string_view session_id);

  /// Drops all, without a closing handshake, so that their clients come back with a fresh token.
  void SendAway();

  /// Stops accepting and drops all in the same way. `on_drained` runs once, when the last connection and its
  /// streams are gone.
  void Drain(std::function<void()> on_drained);

 private:
  class Impl;
  explicit WebSocketListener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace oofgg::net
