#pragma once

#include <cstdint>
#include <memory>

#include "game/event_facade.h"
#include "net/secure_layer.h"
#include "net/websocket/websocket_listener.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "rpc/service_host.h"
#include "servers/common/drain.h"
#include "servers/common/ops_server.h"
#include "servers/game/settings.h"

namespace oofgg::servers {

/// The WebSocket port of this server, over the events that gRPC streams too.
/// Lifetime: what is passed in outlives it; destroyed when nothing runs the io_context.
class WebSocketPort {
 public:
  /// `secure` may be empty: plaintext, which off this machine wants `--insecure`.
  [[nodiscard]] static StatusOr<std::unique_ptr<WebSocketPort>> Open(
      const GameSettings& settings, boost::asio::io_context& io, game::EventFacade& events, Executor& workers,
      net::WebSocketAuthenticator authenticate, net::SecureLayerFactory secure);

  [[nodiscard]] std::uint16_t port() const { return listener_->port(); }

  void AddMetrics(OpsServer& ops) const;
  /// So that logins that end, end here too.
  void AddDoors(rpc::ServiceHost& host) const;
  void DrainInto(Drain& drain);

 private:
  explicit WebSocketPort(std::unique_ptr<net::WebSocketListener> listener) : listener_(std::move(listener)) {}

  const std::unique_ptr<net::WebSocketListener> listener_;
};

}  // namespace oofgg::servers
