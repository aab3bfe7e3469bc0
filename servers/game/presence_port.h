#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "net/presence/presence_tcp_listener.h"
#include "net/presence/presence_udp_listener.h"
#include "net/secure_layer.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"
#include "presence/presence_facade.h"
#include "presence/presence_hub.h"
#include "rpc/server.h"
#include "servers/common/drain.h"
#include "servers/common/ops_server.h"
#include "servers/game/settings.h"
#include "storage/redis/redis_options.h"

namespace oofgg::servers {

/// Presence as this server has it: the hub, its gRPC facade, and the port over TCP and UDP.
/// Lifetime: what is passed in outlives it; destroyed when nothing runs the io_context.
class PresencePort {
 public:
  /// `secure` may be empty: plaintext only. `workers` run timers.
  [[nodiscard]] static StatusOr<std::unique_ptr<PresencePort>> Open(
      const GameSettings& settings, boost::asio::io_context& io, Executor& workers,
      const net::PresenceAuthenticator& authenticate, const net::SecureLayerFactory& secure);

  [[nodiscard]] presence::PresenceFacade& facade() { return facade_; }
  [[nodiscard]] std::uint16_t port() const { return tcp_->port(); }

  void AddMetrics(OpsServer& ops) const;
  /// So that logins that end, end here too.
  void AddDoors(rpc::ServiceHost& host) const;
  void DrainInto(Drain& drain);
  /// Once all connections are closed: the other instances take over who is in their grace.
  void LeaveInstances(TimePoint deadline);
  ~PresencePort();

 private:
  /// The load that other instances hear of, for as long as there is one.
  struct Gauge {
    std::mutex mutex;
    const PresencePort* port = nullptr;
  };

  PresencePort(const GameSettings& settings, std::optional<storage::RedisOptions> redis, Executor& workers);
  /// Over TCP and UDP, on one port, or on neither.
  [[nodiscard]] Status Listen(const GameSettings& settings, boost::asio::io_context& io, Executor& workers,
                              const net::PresenceAuthenticator& authenticate,
                              const net::SecureLayerFactory& secure);
  [[nodiscard]] std::uint32_t CountClients() const;

  const std::shared_ptr<Gauge> gauge_ = std::make_shared<Gauge>();
  presence::PresenceHub hub_;
  presence::PresenceFacade facade_{hub_};
  std::unique_ptr<net::PresenceTcpListener> tcp_;
  std::unique_ptr<net::PresenceUdpListener> udp_;
};

/// What an operator should know of the presence port's settings, said once the server serves: one that cannot
/// start says why, and nothing else.
void WarnOfPresenceSettings(const GameSettings& settings);

}  // namespace oofgg::servers
