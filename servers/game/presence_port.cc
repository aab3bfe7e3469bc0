#include "servers/game/presence_port.h"

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "servers/common/process.h"
#include "servers/common/redis_options.h"
#include "storage/redis/presence/redis_instance_bus.h"
#include "storage/redis/redis_client.h"

namespace oofgg::servers {
namespace {

constexpr std::chrono::seconds kRedisPatience{5};

/// What was asked for, as far as there are descriptors for it.
std::size_t PresenceConnections(const GameSettings& settings) {
  return (std::min)(static_cast<std::size_t>(settings.presence_max_connections),
                    DescriptorsForConnections(Process::DescriptorLimit()));
}

void TellIfFewerConnections(const GameSettings& settings) {
  const std::size_t taken = PresenceConnections(settings);
  const bool as_asked = taken == static_cast<std::size_t>(settings.presence_max_connections);
  if (as_asked || settings.presence_max_connections == GameSettings().presence_max_connections) return;
  Log(LogLevel::kInfo, "main",
      "taking " + std::to_string(taken) + " presence connections instead of " +
          std::to_string(settings.presence_max_connections) + ": this process may have " +
          std::to_string(Process::DescriptorLimit()) + " descriptors");
}

void WarnIfAnybodyMaySignOn(const GameSettings& settings) {
  const auto listen = ParseHostPort(settings.presence_listen);
  if (settings.presence_auth || !listen.ok() || IsLoopback(listen->host)) return;
  Log(LogLevel::kWarning, "main",
      "the presence port " + settings.presence_listen +
          " takes whoever reaches it for the user they say they are; --presence-auth asks for a token");
}

unsigned PresenceShards(const GameSettings& settings) {
  const auto asked = static_cast<unsigned>(settings.presence_shards);
  return asked > 0 ? asked : std::max(1U, std::thread::hardware_concurrency() / 4);
}

/// Shows what a listener counts: one metric for each member of its counts.
template <typename Door, typename Counts>
auto CounterOf(OpsServer& ops, const Door& door, Counts (Door::*read)() const) {
  return [&ops, &door, read](const char* name, const char* help, std::uint64_t Counts::*field) {
    ops.AddCounter(name, help, [&door, read, field] { return static_cast<double>((door.*read)().*field); });
  };
}

void AddCounters(OpsServer& ops, const net::PresenceTcpListener& door) {
  using Counts = net::PresenceTcpCounts;
  const auto count = CounterOf(ops, door, &net::PresenceTcpListener::counts);
  count("oofgg_presence_tcp_accepted_total", "TCP connections that came.", &Counts::accepted);
  count("oofgg_presence_tcp_over_connections_total", "Of these, turned away: too many in all.",
        &Counts::over_connections);
  count("oofgg_presence_tcp_over_address_total", "Of these, turned away: too many from one address.",
        &Counts::over_connections_of_address);
  count("oofgg_presence_tcp_over_friends_total", "Friends lists refused: too many friends from one address.",
        &Counts::over_friends);
  count("oofgg_presence_tcp_over_size_total", "Connections ended by too long an object.", &Counts::over_size);
  count("oofgg_presence_tcp_over_rate_total", "Connections ended by more objects than an address may send.",
        &Counts::over_rate);
  count("oofgg_presence_tcp_malformed_total", "Connections ended by other input that broke a rule.",
        &Counts::malformed);
  count("oofgg_presence_tcp_object_timeouts_total", "Connections ended since an object took too long.",
        &Counts::object_timeouts);
  count("oofgg_presence_tcp_write_timeouts_total", "Connections ended since the peer did not read.",
        &Counts::write_timeouts);
  count("oofgg_presence_tcp_plaintext_refused_total", "Connections ended since they were not under TLS.",
        &Counts::plaintext_refused);
  count("oofgg_presence_tls_handshakes_total", "Handshakes that succeeded.", &Counts::handshakes);
  count("oofgg_presence_tls_failed_total", "Handshakes that failed.", &Counts::handshakes_failed);
  count("oofgg_presence_tls_over_rate_total", "Connections closed since there were too many handshakes.",
        &Counts::handshakes_over_rate);
}

void AddCounters(OpsServer& ops, const net::PresenceUdpListener& door) {
  using Counts = net::PresenceUdpCounts;
  const auto count = CounterOf(ops, door, &net::PresenceUdpListener::counts);
  count("oofgg_presence_udp_datagrams_total", "Datagrams that came.", &Counts::datagrams);
  count("oofgg_presence_udp_malformed_total", "Of these, no object, or too long a one.", &Counts::malformed);
  count("oofgg_presence_udp_unproved_total", "Of these, without proof of their address, and not answered.",
        &Counts::unproved);
  count("oofgg_presence_udp_over_rate_total", "Of these, beyond what one address may send.",
        &Counts::over_rate);
  count("oofgg_presence_udp_over_tokens_total", "Players refused: too many tokens of one address to check.",
        &Counts::over_tokens);
  count("oofgg_presence_udp_over_players_total", "Players refused: too many in all.", &Counts::over_players);
  count("oofgg_presence_udp_over_address_total", "Players refused: too many from one address.",
        &Counts::over_players_of_address);
  count("oofgg_presence_udp_over_friends_total", "Friends lists refused: too many friends from one address.",
        &Counts::over_friends);
  count("oofgg_presence_udp_unsent_total", "Datagrams that the kernel did not take.", &Counts::unsent);
}

presence::PresenceHubOptions HubOptionsOf(const GameSettings& settings,
                                          std::optional<storage::RedisOptions> redis) {
  presence::PresenceHubOptions options;
  options.grace = settings.presence_grace;
  options.shards = PresenceShards(settings);
  if (!redis.has_value()) return options;
  options.instance_bus = [redis = *std::move(redis)](std::function<void(presence::InstanceWork)> deliver,
                                                     presence::InstanceBurst burst) {
    return std::make_unique<storage::RedisInstanceBus>(redis, std::move(deliver), std::move(burst));
  };
  options.instances.lease = settings.presence_lease;
  return options;
}

/// What `--redis` asks for must be there when the server starts; later it may come and go.
StatusOr<std::optional<storage::RedisOptions>> FindRedis(const ServerSettings& settings) {
  if (settings.redis.empty()) return std::optional<storage::RedisOptions>();
  OOFGG_ASSIGN_OR_RETURN(const storage::RedisOptions options, RedisOptionsOf(settings));
  const TimePoint deadline = DeadlineAfter(Clock::System().Now(), kRedisPatience);
  const auto found = storage::RedisClient::Connect(options, deadline);
  if (!found.ok()) return Annotate(found.status(), "--redis");
  return std::optional(options);
}

net::PresenceUdpOptions UdpOptionsOf(const GameSettings& settings) {
  net::PresenceUdpOptions options;
  options.require_token = settings.presence_auth;
  options.v1_networks = settings.presence_udp_v1;
  options.max_players = static_cast<std::size_t>(settings.presence_max_udp_players);
  options.max_players_per_address = static_cast<std::size_t>(settings.presence_max_per_address);
  return options;
}

/// Asked for any port, the system finds one that is free over TCP; over UDP somebody may have it.
constexpr int kMostTries = 32;

}  // namespace

PresencePort::PresencePort(const GameSettings& settings, std::optional<storage::RedisOptions> redis,
                           Executor& workers)
    : hub_(Clock::System(), workers, [&] {
        auto options = HubOptionsOf(settings, std::move(redis));
        options.instances.describe = [gauge = gauge_, address = settings.presence_advertise,
                                      capacity = PresenceConnections(settings)] {
          const std::lock_guard lock(gauge->mutex);
          presence::LeaseRecord record{.address = address, .capacity = static_cast<std::uint32_t>(capacity)};
          if (gauge->port != nullptr) record.connections = gauge->port->CountClients();
          return record;
        };
        return options;
      }()) {}

PresencePort::~PresencePort() {
  const std::lock_guard lock(gauge_->mutex);
  gauge_->port = nullptr;
}

std::uint32_t PresencePort::CountClients() const { return static_cast<std::uint32_t>(tcp_->connections()); }

Status PresencePort::Listen(const GameSettings& settings, boost::asio::io_context& io, Executor& workers,
                            const net::PresenceAuthenticator& authenticate,
                            const net::SecureLayerFactory& secure) {
  auto tcp = net::PresenceTcpListener::Listen(
      io, settings.presence_listen, hub_, Clock::System(), workers, authenticate,
      {.require_token = settings.presence_auth,
       .max_connections = PresenceConnections(settings),
       .max_connections_per_address = static_cast<std::size_t>(settings.presence_max_per_address),
       .tls = PresenceTlsOf(settings),
       .secure = secure});
  if (!tcp.ok()) return Annotate(tcp.status(), "--presence-listen");
  auto udp = net::PresenceUdpListener::Listen(io, WithPort(settings.presence_listen, (*tcp)->port()), hub_,
                                              Clock::System(), workers, RandomSource::System(), authenticate,
                                              UdpOptionsOf(settings));
  if (!udp.ok()) return Annotate(udp.status(), "--presence-listen, over UDP");
  tcp_ = *std::move(tcp);
  udp_ = *std::move(udp);
  return absl::OkStatus();
}

StatusOr<std::unique_ptr<PresencePort>> PresencePort::Open(const GameSettings& settings,
                                                           boost::asio::io_context& io, Executor& workers,
                                                           const net::PresenceAuthenticator& authenticate,
                                                           const net::SecureLayerFactory& secure) {
  OOFGG_ASSIGN_OR_RETURN(auto redis, FindRedis(settings.server));
  std::unique_ptr<PresencePort> port(new PresencePort(settings, std::move(redis), workers));
  OOFGG_ASSIGN_OR_RETURN(const auto listen, ParseHostPort(settings.presence_listen));
  int tries = listen.port == 0 ? kMostTries : 1;
  Status listening = port->Listen(settings, io, workers, authenticate, secure);
  while (!listening.ok() && --tries > 0) {
    listening = port->Listen(settings, io, workers, authenticate, secure);
  }
  OOFGG_RETURN_IF_ERROR(listening);
  const std::lock_guard lock(port->gauge_->mutex);
  port->gauge_->port = port.get();
  return port;
}

void PresencePort::AddMetrics(OpsServer& ops) const {
  ops.AddGauge("oofgg_presence_online_users", "Users online.",
               [this] { return static_cast<double>(hub_.counts().online); });
  ops.AddGauge("oofgg_presence_connections", "Connections of users, over all listeners.",
               [this] { return static_cast<double>(hub_.counts().connections); });
  ops.AddGauge("oofgg_presence_tcp_connections", "Open TCP connections of the presence port.",
               [this] { return static_cast<double>(tcp_->connections()); });
  ops.AddGauge("oofgg_presence_udp_players", "Players of the presence port over UDP.",
               [this] { return static_cast<double>(udp_->players()); });
  AddCounters(ops, *tcp_);
  AddCounters(ops, *udp_);
}

void PresencePort::AddDoors(rpc::ServiceHost& host) const {
  host.AddDoor({.end_session = [this](std::string_view id) { tcp_->EndSession(id); },
                .send_away = [this] { tcp_->SendAway(); }});
  host.AddDoor({.end_session = [this](std::string_view id) { udp_->EndSession(id); },
                .send_away = [this] { udp_->SendAway(); }});
}

void PresencePort::DrainInto(Drain& drain) {
  tcp_->Drain(drain.Add());
  udp_->Drain(drain.Add());
}

void PresencePort::LeaveInstances(TimePoint deadline) {
  const Status left = hub_.LeaveInstances(deadline);
  if (!left.ok()) Log(LogLevel::kWarning, "presence", std::string(left.message()));
}

void WarnOfPresenceSettings(const GameSettings& settings) {
  TellIfFewerConnections(settings);
  WarnIfAnybodyMaySignOn(settings);
}

}  // namespace oofgg::servers
