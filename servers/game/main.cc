// oofgg-game: presence, sessions and their events, players, scores.

#include <algorithm>
#include <thread>

#include "game/game_room.h"
#include "http/curl_client.h"
#include "net/presence/presence_tcp_listener.h"
#include "net/presence/presence_udp_listener.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/log.h"
#include "oofgg/thread_pool.h"
#include "presence/presence_facade.h"
#include "presence/presence_hub.h"
#include "rpc/game_service.h"
#include "rpc/player_service.h"
#include "rpc/presence_service.h"
#include "rpc/score_service.h"
#include "rpc/server.h"
#include "servers/common/drain.h"
#include "servers/common/jwks_keeper.h"
#include "servers/common/late_hook.h"
#include "servers/common/ops_server.h"
#include "servers/common/peer_flags.h"
#include "servers/common/process.h"
#include "servers/common/tidy_timer.h"
#include "servers/game/maker_queue.h"
#include "servers/game/player_eraser.h"
#include "servers/game/settings.h"
#include "storage/jsonl/jsonl_event_log.h"
#include "storage/sqlite/database.h"
#include "storage/sqlite/game/game_schema.h"
#include "storage/sqlite/game/sqlite_game_store.h"
#include "storage/sqlite/game/sqlite_player_store.h"
#include "storage/sqlite/game/sqlite_score_store.h"
#include "storage/sqlite/game/sqlite_session_store.h"

namespace oofgg::servers {
namespace {

constexpr const char* kProgram = "oofgg-game";
constexpr std::size_t kWorkers = 8;
constexpr std::size_t kSocketThreads = 2;
/// Who queues for a match waits for the maker on threads apart, so that a silent maker holds up nobody else;
/// who finds no room there is told to come back.
constexpr std::size_t kQueueingThreads = 8;
constexpr std::size_t kMaxQueueing = 64;
constexpr std::chrono::milliseconds kQueueingRetryDelay{1000};
constexpr std::size_t kMakerCallbackThreads = 2;
constexpr std::chrono::minutes kTidyPeriod{10};
constexpr std::chrono::milliseconds kDrainPatience{10'000};

StatusOr<std::shared_ptr<Transport>> TransportToMaker(const GameSettings& settings) {
  GrpcTransportOptions options;
  options.endpoints.maker = settings.maker;
  if (settings.maker_tls) {
    OOFGG_ASSIGN_OR_RETURN(options.tls, TlsOptionsOf(settings.peers));
  } else {
    // Players' tokens go this way.
    OOFGG_RETURN_IF_ERROR(CheckPlaintextAddress("--maker", settings.maker, settings.server.insecure));
  }
  return MakeGrpcTransport(options);
}

game::GameRoomOptions RoomOptionsOf(const GameSettings& settings) {
  game::GameRoomOptions options;
  for (const std::string& text : settings.games) {
    const std::size_t equals = text.find('=');
    Game game;
    game.id = text.substr(0, equals);
    game.name = text.substr(equals + 1);
    options.operators_games.push_back(std::move(game));
  }
  return options;
}

/// What was asked for, as far as there are descriptors for it.
std::size_t PresenceConnections(const GameSettings& settings) {
  return (std::min)(static_cast<std::size_t>(settings.presence_max_connections),
                    DescriptorsForConnections(Process::DescriptorLimit()));
}

/// Said once the server serves: one that cannot start says why, and nothing else.
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
  count("oofgg_presence_udp_unsent_total", "Datagrams that the kernel did not take.", &Counts::unsent);
}

/// What this server shows of itself to Prometheus.
void AddMetrics(OpsServer& ops, const presence::PresenceHub& hub, const net::PresenceTcpListener& door,
                const net::PresenceUdpListener& udp_door) {
  ops.AddGauge("oofgg_presence_online_users", "Users online.",
               [&hub] { return static_cast<double>(hub.counts().online); });
  ops.AddGauge("oofgg_presence_connections", "Connections of users, over all listeners.",
               [&hub] { return static_cast<double>(hub.counts().connections); });
  ops.AddGauge("oofgg_presence_tcp_connections", "Open TCP connections of the presence port.",
               [&door] { return static_cast<double>(door.connections()); });
  ops.AddGauge("oofgg_presence_udp_players", "Players of the presence port over UDP.",
               [&udp_door] { return static_cast<double>(udp_door.players()); });
  AddCounters(ops, door);
  AddCounters(ops, udp_door);
}

/// The presence port over UDP: where `tcp_port` is that over TCP.
StatusOr<std::unique_ptr<net::PresenceUdpListener>> ListenOnUdp(const GameSettings& settings,
                                                                std::uint16_t tcp_port,
                                                                boost::asio::io_context& io,
                                                                presence::PresenceHub& hub, Executor& timers,
                                                                net::PresenceAuthenticator authenticate) {
  net::PresenceUdpOptions options;
  options.require_token = settings.presence_auth;
  options.v1_networks = settings.presence_udp_v1;
  options.max_players = static_cast<std::size_t>(settings.presence_max_udp_players);
  options.max_players_per_address = static_cast<std::size_t>(settings.presence_max_per_address);
  auto door = net::PresenceUdpListener::Listen(io, WithPort(settings.presence_listen, tcp_port), hub,
                                               Clock::System(), timers, RandomSource::System(),
                                               std::move(authenticate), std::move(options));
  if (!door.ok()) return Annotate(door.status(), "--presence-listen, over UDP");
  return door;
}

StatusOr<std::unique_ptr<RevocationKeeper>> FollowRevocations(const GameSettings& settings,
                                                              std::shared_ptr<auth::RevocationList> revoked,
                                                              rpc::ServiceHost& host, PlayerEraser& eraser) {
  return RevocationKeeper::Start(settings.revocations, settings.peers, settings.server.insecure,
                                 std::move(revoked),
                                 ActionsOn(host, [&eraser](const DeletedUser& user) { eraser.Erase(user); }));
}

Status Serve(const GameSettings& settings) {
  Process process(kProgram, settings.server.verbose);
  OOFGG_ASSIGN_OR_RETURN(const auto tls, OpenTls(settings.server, Clock::System()));
  Clock& clock = Clock::System();
  RandomSource& random = RandomSource::System();
  OOFGG_ASSIGN_OR_RETURN(const auto database, OpenDatabase(settings.server.database));
  OOFGG_RETURN_IF_ERROR(storage::MigrateGameTables(*database));
  storage::SqlitePlayerStore players(*database);
  storage::SqliteGameStore games(*database);
  storage::SqliteSessionStore sessions(*database);
  storage::SqliteScoreStore scores(*database);
  auto event_log = storage::JsonlEventLog::Open(settings.event_log, clock);
  if (!event_log.ok()) return Annotate(event_log.status(), "--event-log");

  ThreadPool workers(kWorkers);
  OOFGG_ASSIGN_OR_RETURN(auto http_options, HttpOptionsOf(settings.peers));
  http::CurlClient http(std::move(http_options));
  const auto verifier = std::make_shared<auth::TokenVerifier>(
      clock, auth::Jwks(), auth::TokenVerifierOptions{.issuer = settings.issuer});
  LateHook<> send_away;
  const auto keeper = JwksKeeper::Start(settings.jwks, *verifier, http, workers,
                                        {.insecure = settings.server.insecure,
                                         .stop = Process::StopRequested,
                                         .on_key_gone = [&send_away] { send_away(); }});
  if (!keeper.ok()) return Process::StopRequested() ? Status() : keeper.status();
  const auto revoked = std::make_shared<auth::RevocationList>(clock);
  auth::JwtAuthorizer authorizer(
      verifier, {.revoked = revoked, .on_unknown_key = [&keeper] { (*keeper)->RefreshSoon(); }});

  ThreadPool maker_callbacks(kMakerCallbackThreads);
  std::unique_ptr<MakerQueue> queue;
  if (!settings.maker.empty()) {
    OOFGG_ASSIGN_OR_RETURN(auto transport, TransportToMaker(settings));
    queue = std::make_unique<MakerQueue>(std::move(transport), maker_callbacks, clock);
  }
  OOFGG_ASSIGN_OR_RETURN(const auto room,
                         game::GameRoom::Open({players, games, sessions, scores}, queue.get(), clock, random,
                                              **event_log, RoomOptionsOf(settings)));
  const TidyTimer tidy(workers, clock, kTidyPeriod,
                       [&room = *room] { return Annotate(room.PurgeEnded(), "purge"); });
  presence::PresenceHubOptions hub_options;
  hub_options.grace = settings.presence_grace;
  hub_options.shards = PresenceShards(settings);
  presence::PresenceHub hub(clock, workers, hub_options);
  presence::PresenceFacade presence(hub);
  const auto authenticate = [&authorizer](std::string_view token) { return authorizer.Authenticate(token); };
  auto door = net::PresenceTcpListener::Listen(
      process.io(), settings.presence_listen, hub, clock, workers, authenticate,
      {.require_token = settings.presence_auth,
       .max_connections = PresenceConnections(settings),
       .max_connections_per_address = static_cast<std::size_t>(settings.presence_max_per_address),
       .tls = PresenceTlsOf(settings),
       .secure = tls == nullptr ? net::SecureLayerFactory() : net::TlsLayers(tls)});
  if (!door.ok()) return Annotate(door.status(), "--presence-listen");
  OOFGG_ASSIGN_OR_RETURN(const auto udp_door,
                         ListenOnUdp(settings, (*door)->port(), process.io(), hub, workers, authenticate));

  OpsServer ops(kProgram);
  AddMetrics(ops, hub, **door, *udp_door);
  rpc::ServiceHost host(&authorizer, workers, clock);
  host.TrustProxies(settings.server.proxies);
  host.AddDoor({.end_session = [&door = **door](std::string_view id) { door.EndSession(id); },
                .send_away = [&door = **door] { door.SendAway(); }});
  host.AddDoor({.end_session = [&door = *udp_door](std::string_view id) { door.EndSession(id); },
                .send_away = [&door = *udp_door] { door.SendAway(); }});
  const auto sending_away = send_away.Set([&host] { host.SendAway(); });
  ThreadPool erasing(1);
  PlayerEraser eraser(erasing, [&room = *room](const DeletedUser& user) { return room.ErasePlayer(user); });
  OOFGG_ASSIGN_OR_RETURN(const auto revocations, FollowRevocations(settings, revoked, host, eraser));
  AddSilenceGauge(ops, revocations.get());
  OOFGG_RETURN_IF_ERROR(ops.Listen(process.io(), settings.server.ops_listen, tls));
  BoundedExecutor queueing(kQueueingThreads, kMaxQueueing);
  const rpc::Lane queueing_lane(queueing, kQueueingRetryDelay);
  OOFGG_ASSIGN_OR_RETURN(
      const auto server,
      StartRpc(settings.server, tls, host,
               {rpc::MakeGameService(host, queueing_lane, room->games(), room->sessions(), room->events()),
                rpc::MakePlayerService(host, room->players()), rpc::MakeScoreService(host, room->scores()),
                rpc::MakePresenceService(host, presence)}));
  process.Start(kSocketThreads);
  TellIfFewerConnections(settings);
  WarnIfAnybodyMaySignOn(settings);
  WarnIfNotFollowed(settings.revocations);
  ops.SetReady(true);
  Process::AnnounceReady({{"grpc", FormatHostPort(server->addresses().front())},
                          {"ops", ops.address()},
                          {"presence", WithPort(settings.presence_listen, (*door)->port())}});
  process.WaitForSignal();
  ops.SetReady(false);
  room->StopPurging();
  const TimePoint end = DeadlineAfter(clock.Now(), kDrainPatience);
  if (queue != nullptr) queue->EndBy(end);
  Drain drain;
  (*door)->Drain(drain.Add());
  udp_door->Drain(drain.Add());
  server->Drain(kDrainPatience);
  drain.Wait(std::chrono::ceil<std::chrono::milliseconds>(end - clock.Now()));
  process.Stop();
  return {};
}

}  // namespace
}  // namespace oofgg::servers

int main(int argc, char** argv) {
  oofgg::servers::GameSettings settings;
  if (const auto done = oofgg::servers::ReadGameSettings(argc, argv, settings)) return *done;
  const oofgg::Status status = oofgg::servers::Serve(settings);
  return status.ok() ? 0 : oofgg::servers::Fail(oofgg::servers::kProgram, status);
}
