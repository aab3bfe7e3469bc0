#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <utility>

#include "net/presence/connection_limiter.h"
#include "net/presence/handshake_limiter.h"
#include "net/websocket/pump_queue.h"
#include "net/websocket/websocket_book.h"
#include "net/websocket/websocket_listener.h"

namespace oofgg::net {

/// What all connections of a listener share. Threads: safe.
struct WebSocketContext {
  static constexpr std::size_t kRememberedAddresses = 100'000;

  WebSocketContext(OpenEvents the_open, const Clock& the_clock, Executor& the_workers,
                   WebSocketAuthenticator the_authenticator, WebSocketOptions the_options)
      : open(std::move(the_open)),
        clock(the_clock),
        workers(the_workers),
        authenticate(std::move(the_authenticator)),
        options(std::move(the_options)),
        limiter(options.max_connections, options.max_connections_per_address, /*most_friends_per_address=*/0),
        handshakes(the_clock, options.handshakes, options.handshakes_per_address),
        upgrades(the_clock, options.upgrades_per_address, kRememberedAddresses),
        book(std::make_shared<WebSocketBook>(the_clock, the_workers)),
        pumps(std::make_shared<PumpQueue>(the_workers)) {}

  void Count(std::uint64_t WebSocketCounts::*what) {
    const std::lock_guard lock(tally_mutex);
    ++(tally.*what);
  }

  const OpenEvents open;
  const Clock& clock;
  Executor& workers;
  const WebSocketAuthenticator authenticate;
  const WebSocketOptions options;
  ConnectionLimiter limiter;
  HandshakeLimiter handshakes;
  KeyedTokenBuckets upgrades;
  const std::shared_ptr<WebSocketBook> book;
  const std::shared_ptr<PumpQueue> pumps;
  std::atomic<bool> draining{false};
  std::atomic<std::uint64_t> generation{0};  ///< Another one after each `SendAway`.

  /// Held shared by whoever calls streams, and alone to set `stopped`, after which nobody does.
  std::shared_mutex gate;
  bool stopped = false;

  mutable std::mutex tally_mutex;  // A leaf.
  WebSocketCounts tally;
};

}  // namespace oofgg::net
