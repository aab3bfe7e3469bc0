// oofgg-maker: turns "this player wants to play" into an address.

#include <algorithm>
#include <chrono>

#include "backends/registered/registered_servers.h"
#include "http/curl_client.h"
#include "matchmaking/rule_directory.h"
#include "matchmaking/ticket_facade.h"
#include "net/http_server.h"
#include "net/kept_http_client.h"
#include "net/maker_api.h"
#include "oofgg/auth/authorizer.h"
#include "oofgg/auth/key_store.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "oofgg/thread_pool.h"
#include "orchestration/fleet_facade.h"
#include "orchestration/registration_facade.h"
#include "orchestration/request_facade.h"
#include "orchestration/seat_service.h"
#include "rpc/fleet_service.h"
#include "rpc/matchmaking_service.h"
#include "rpc/server.h"
#include "servers/common/call_metrics.h"
#include "servers/common/drain.h"
#include "servers/common/event_log.h"
#include "servers/common/jwks_keeper.h"
#include "servers/common/late_hook.h"
#include "servers/common/ops_server.h"
#include "servers/common/peer_flags.h"
#include "servers/common/process.h"
#include "servers/common/tidy_timer.h"
#include "servers/maker/backends.h"
#include "servers/maker/fleet_check.h"
#include "servers/maker/fleet_crew.h"
#include "servers/maker/fleets.h"
#include "servers/maker/match_seats.h"
#include "servers/maker/metrics.h"
#include "servers/maker/settings.h"
#include "servers/maker/stores.h"
#include "servers/maker/ticket_keys.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kWorkers = 8;
constexpr std::size_t kApiThreads = 4;
constexpr std::size_t kApiQueue = 4096;
constexpr std::size_t kSocketThreads = 2;
constexpr std::chrono::milliseconds kVerifyTimeout{1'000};
constexpr std::chrono::milliseconds kDrainPatience{10'000};
constexpr std::chrono::seconds kLookAtFleets{1};
constexpr RateLimit kRequestsPerClient{.per_second = 20, .burst = 100};
constexpr std::size_t kLimitedClients = 100'000;
// Generous, since many players may share an address; a single caller cannot keep the queue busy with it.
constexpr RateLimit kRequestsPerAddress{.per_second = 200, .burst = 2'000};
constexpr std::size_t kLimitedAddresses = 100'000;

orchestration::FleetOptions FleetOptionsOf(const MakerSettings& settings, const std::string& ticket_keys) {
  orchestration::FleetOptions options;
  options.min_ready = static_cast<std::size_t>(settings.fleet_min_ready);
  options.max.reset();
  if (settings.fleet_max) options.max = static_cast<std::size_t>(*settings.fleet_max);
  options.starts_servers = settings.backend.backend != "none";
  if (!options.starts_servers) options.max = 0;
  options.max_starting = static_cast<std::size_t>(settings.max_concurrent_jobs);
  options.slots = static_cast<std::uint32_t>(settings.server_slots);
  options.idle_timeout = settings.fleet_idle_timeout;
  // Callers who are known by tokens get join tickets; others only have their reservation to show.
  if (settings.authorizer == "jwt") {
    options.environment = {{"OOFGG_SERVER_ID", "{server_id}"}, {"OOFGG_MAKER_JWKS", ticket_keys}};
  }
  return options;
}

/// Null where this process works on no fleet, or game servers only register themselves.
StatusOr<std::unique_ptr<orchestration::ContainerBackend>> OpenBackend(const MakerSettings& settings,
                                                                       const BackendParts& parts) {
  if (!settings.WorksOnFleets() || settings.backend.backend == "none") return nullptr;
  return MakeBackend(settings.backend, settings.public_host, parts);
}

/// Empty: it plays several, or any.
std::string OnlyGameOf(const orchestration::FleetConfig& fleet) {
  return fleet.serves.games.size() == 1 ? fleet.serves.games.front() : std::string();
}

net::MakerApiOptions ApiOptionsOf(const MakerSettings& settings, auth::Authorizer& authorizer,
                                  const auth::JoinTicketSigner& signer, KeyedTokenBuckets& limiter,
                                  KeyedTokenBuckets& address_limiter) {
  net::MakerApiOptions options;
  options.proxies = settings.server.proxies;
  options.public_host = settings.public_host;
  options.host_as_asked = settings.backend.backend == "docker";
  options.limiter = &limiter;
  options.address_limiter = &address_limiter;
  options.exempt_loopback = settings.local_proxy;
  if (settings.authorizer != "jwt") return options;
  options.verify_token = [&authorizer](std::string_view token) { return authorizer.Authenticate(token); };
  options.issue_ticket = [&signer](std::string_view client, const orchestration::SeatServer& server) {
    // A request for one seat is a match of its own kind: everybody on the server plays together.
    const auto ticket = signer.Sign(
        {.player_id = std::string(client), .match_id = "server-" + server.id, .server_id = server.id});
    return ticket.ok() ? *ticket : std::string();
  };
  return options;
}

StatusOr<std::unique_ptr<matchmaking::RuleDirectory>> LoadRules(const std::string& directory) {
  if (directory.empty()) return std::make_unique<matchmaking::RuleDirectory>();
  auto rules = matchmaking::RuleDirectory::Load(directory);
  if (!rules.ok()) return Annotate(rules.status(), "--rules");
  return rules;
}

void WarnIfAnybodyMayCall(const MakerSettings& settings) {
  if (settings.authorizer == "jwt") return;
  Log(LogLevel::kWarning, "maker",
      "AUTHORIZER=opaque: whoever reaches " + settings.http_listen +
          " can ask for a seat under any name; set AUTHORIZER=jwt and --jwks to verify tokens");
}

/// Matches are made for players whose way to us is not known, so their address cannot be guessed.
void WarnIfMatchesStayHere(const MakerSettings& settings) {
  const auto listen = ParseHostPort(settings.http_listen);
  if (!settings.public_host.empty() || !listen.ok() || IsLoopback(listen->host)) return;
  Log(LogLevel::kWarning, "maker",
      "PUBLIC_HOST is not set: the addresses of matches are 127.0.0.1, which only players on this machine "
      "reach");
}

void WarnIfNotToldWhereToAnswer(const MakerSettings& settings, const FleetCatalog::Fleets& fleets) {
  if (!settings.WorksOnFleets()) return;
  for (const orchestration::FleetConfig& fleet : fleets) {
    if (fleet.options.closes || TellsControlPort(settings.backend, fleet)) continue;
    Log(LogLevel::kWarning, "maker",
        "fleet " + fleet.options.name +
            ": its command has no {control_port}, so its servers must know by themselves where the maker "
            "asks "
            "them for seats; hand it over, as docs/maker.md tells under Game servers");
  }
}

StatusOr<std::unique_ptr<RevocationKeeper>> FollowRevocations(const MakerSettings& settings,
                                                              std::shared_ptr<auth::RevocationList> revoked,
                                                              rpc::ServiceHost& host,
                                                              matchmaking::MatchmakingFacade& matchmaking) {
  return RevocationKeeper::Start(
      settings.revocations, settings.peers, settings.server.insecure, std::move(revoked),
      ActionsOn(host, [&matchmaking](const DeletedUser& user) { matchmaking.ForgetPlayer(user.user_id); }));
}

orchestration::ReservationOptions ReservationsOf(const MakerSettings& settings) {
  return {.timeout = settings.reservation_timeout,
          .cooldown = settings.reservation_cooldown,
          .tries = static_cast<std::size_t>(settings.reservation_retry_times)};
}

/// Null where this process does not answer clients.
StatusOr<std::unique_ptr<net::HttpServer>> OpenApi(const MakerSettings& settings, Process& process,
                                                   net::MakerApi& api,
                                                   const std::shared_ptr<net::TlsSource>& tls) {
  if (!settings.ServesApi()) return nullptr;
  auto server = net::HttpServer::Listen(
      process.io(), settings.http_listen, api.handler(),
      {.exempt_loopback = settings.local_proxy,
       .proxies = settings.server.proxies,
       .secure = settings.http_tls ? net::TlsLayers(tls) : net::SecureLayerFactory()});
  if (!server.ok()) return Annotate(server.status(), "--http-listen");
  return server;
}

Status Serve(const MakerSettings& settings) {
  Process process(kProgram, settings.server.log);
  OOFGG_ASSIGN_OR_RETURN(const auto tls, OpenTls(settings.server, Clock::System()));
  Clock& clock = Clock::System();
  RandomSource& random = RandomSource::System();
  OOFGG_ASSIGN_OR_RETURN(const auto rules, LoadRules(settings.rules));
  OOFGG_ASSIGN_OR_RETURN(const auto keys, auth::KeyStore::Open(settings.keys));
  const auth::JoinTicketSigner signer(keys.signing_key(), clock, random);
  // Those that sign later are among them, so that a rotation finds game servers that run prepared.
  const std::string ticket_keys = keys.public_keys().ToJson();
  OOFGG_ASSIGN_OR_RETURN(MakerStores stores, OpenMakerStores(settings, clock, random));

  ThreadPool workers(kWorkers);
  // Who is known by an opaque header gets no tickets.
  storage::RedisClient* const tickets_redis = settings.authorizer == "jwt" ? stores.redis.get() : nullptr;
  OOFGG_ASSIGN_OR_RETURN(const auto key_notice,
                         TicketKeyNotice::Post(tickets_redis, keys.public_keys(), workers, clock));
  auto event_log = ServerEventLog::Open(settings.event_log, {.program = kProgram,
                                                             .insecure = settings.server.insecure,
                                                             .stop = Process::StopRequested,
                                                             .executor = workers,
                                                             .clock = clock,
                                                             .random = random});
  if (!event_log.ok()) return Process::StopRequested() ? Status() : event_log.status();
  FleetMailboxes mailboxes(workers);
  BoundedExecutor api_workers(kApiThreads, kApiQueue);
  OOFGG_ASSIGN_OR_RETURN(auto http_options, HttpOptionsOf(settings.peers));
  http::CurlClient http(std::move(http_options));
  const auto verifier = std::make_shared<auth::TokenVerifier>(
      clock, auth::Jwks(), auth::TokenVerifierOptions{.issuer = settings.issuer});
  LateHook<> send_away;
  std::unique_ptr<JwksKeeper> keeper;
  if (!settings.jwks.empty()) {
    auto started = JwksKeeper::Start(settings.jwks, *verifier, http, workers,
                                     {.insecure = settings.server.insecure,
                                      .stop = Process::StopRequested,
                                      .on_key_gone = [&send_away] { send_away(); }});
    if (!started.ok()) return Process::StopRequested() ? Status() : started.status();
    keeper = *std::move(started);
  }
  const auto revoked = std::make_shared<auth::RevocationList>(clock);
  auth::JwtAuthorizer authorizer(verifier, {.revoked = revoked, .on_unknown_key = [&keeper] {
                                              if (keeper != nullptr) keeper->RefreshSoon();
                                            }});

  OOFGG_ASSIGN_OR_RETURN(const auto backend,
                         OpenBackend(settings, {workers, clock, random, stores.maker_id}));
  const std::string registrations = stores.AreShared() ? "" : settings.backend.data;
  OOFGG_ASSIGN_OR_RETURN(const auto servers,
                         backends::RegisteredServers::Make(backend.get(), clock, mailboxes.Add(),
                                                           {.directory = registrations,
                                                            .shared = stores.registrations.get(),
                                                            .lease = settings.register_lease}));
  orchestration::ReservationClient verification(http, workers, clock,
                                                {.timeout = kVerifyTimeout, .tries = 1});
  orchestration::RequestWaiters waiters(workers);
  OOFGG_ASSIGN_OR_RETURN(
      const auto catalog,
      FleetCatalog::Load(settings.fleets, FleetOptionsOf(settings, ticket_keys),
                         [&settings](const auto& fleet) {
                           return settings.WorksOnFleets() ? CheckFleet(settings.backend, fleet) : Status();
                         }));
  FleetCrew crew(stores, {clock, random, http, settings.WorksOnFleets() ? servers.get() : nullptr, mailboxes,
                          waiters, ReservationsOf(settings), settings.fleet_lease});
  net::KeptHttpClient quick_http(process.io());
  orchestration::RequestFacade requests(clock, *stores.requests, verification, waiters);
  requests.VerifyBy(quick_http);
  requests.EstimateFrom(*stores.orders);
  const std::string match_host = settings.public_host.empty() ? "127.0.0.1" : settings.public_host;
  orchestration::SeatService seats(clock, *stores.requests, waiters, {.public_host = match_host});
  orchestration::FleetFacade fleets({.requests = stores.requests.get(),
                                     .orders = stores.orders.get(),
                                     .configured = [&catalog] { return *catalog->now(); },
                                     .clock = &clock});
  orchestration::RegistrationFacade registration(
      *servers, {.control_networks = settings.register_networks,
                 .maker_keys = settings.authorizer == "jwt" ? ticket_keys : std::string()});
  const auto serve = [&](const FleetCatalog::Fleets& configured) {
    for (const orchestration::FleetConfig& each : configured) {
      const std::string name = each.options.name;
      if (each.options.closes) {
        requests.CloseFleet(name);
        seats.CloseFleet(name);
        fleets.CloseFleet(name);
        registration.CloseFleet(name);
        continue;
      }
      orchestration::FleetDoor& fleet =
          crew.Add(each.options, [&catalog, name] { return catalog->OptionsOf(name); });
      requests.AddFleet(fleet);
      seats.AddFleet(fleet);
      fleets.AddFleet(fleet);
      if (settings.WorksOnFleets()) registration.AddFleet(name, OnlyGameOf(each));
    }
  };
  serve(*catalog->now());
  MatchSeatsAllocator allocator(seats, *catalog, signer, workers, (*event_log)->log(), clock);
  matchmaking::MatchmakingFacade matchmaking({clock, random, workers, *rules, allocator});

  KeyedTokenBuckets limiter(clock, kRequestsPerClient, kLimitedClients);
  KeyedTokenBuckets address_limiter(clock, kRequestsPerAddress, kLimitedAddresses);
  net::MakerApi api(requests, api_workers,
                    ApiOptionsOf(settings, authorizer, signer, limiter, address_limiter));
  OOFGG_ASSIGN_OR_RETURN(const auto api_server, OpenApi(settings, process, api, tls));
  rpc::ServiceHost host(&authorizer, workers, clock);
  host.TrustProxies(settings.server.proxies);
  if (settings.server.log.verbose) host.LogCalls();
  const auto sending_away = send_away.Set([&host] { host.SendAway(); });
  OOFGG_ASSIGN_OR_RETURN(const auto revocations, FollowRevocations(settings, revoked, host, matchmaking));
  OpsServer ops(kProgram);
  AddSilenceGauge(ops, revocations.get());
  AddCallMetrics(ops, host.calls());
  AddMakerMetrics(ops, matchmaking, fleets, crew);
  (*event_log)->AddHealth(ops);
  AddRedisHealth(ops, stores);
  OOFGG_RETURN_IF_ERROR(ops.Listen(process.io(), settings.server.ops_listen, tls));
  std::vector<rpc::ServedService> services{rpc::MakeFleetService(host, fleets, registration)};
  if (settings.ServesApi()) services.push_back(rpc::MakeMatchmakingService(host, matchmaking));
  OOFGG_ASSIGN_OR_RETURN(const auto server, StartRpc(settings.server, tls, host, services));
  // Only now that nothing can go wrong any more: a maker that cannot listen starts no game servers.
  crew.Start();
  const TidyTimer looking_at_fleets(workers, clock, kLookAtFleets,
                                    [&settings, &catalog, &crew, &serve]() -> Status {
                                      if (!catalog->Look(serve)) return {};
                                      WarnIfNotToldWhereToAnswer(settings, *catalog->now());
                                      crew.Start();
                                      crew.Configured();
                                      return {};
                                    });
  if (settings.ServesApi()) WarnIfAnybodyMayCall(settings);
  if (settings.authorizer == "jwt") WarnIfNotFollowed(settings.revocations);
  WarnIfMatchesStayHere(settings);
  WarnIfNotToldWhereToAnswer(settings, *catalog->now());
  process.Start(kSocketThreads);
  ops.SetReady(true);
  std::vector<std::pair<std::string, std::string>> doors{
      {"grpc", FormatHostPort(server->addresses().front())}, {"ops", ops.address()}};
  if (api_server != nullptr) doors.emplace_back("http", WithPort(settings.http_listen, api_server->port()));
  Process::AnnounceReady(doors);
  process.WaitForSignal();
  ops.SetReady(false);
  Drain drain;
  if (api_server != nullptr) api_server->Drain(drain.Add());
  requests.EndWaits();  // Long polls are answered "not yet" now, and ask again elsewhere.
  const auto drained_by = std::chrono::steady_clock::now() + kDrainPatience;
  server->Drain(kDrainPatience);
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(drained_by - std::chrono::steady_clock::now());
  drain.Wait((std::max)(left, std::chrono::milliseconds(0)));
  process.Stop();
  return {};
}

}  // namespace
}  // namespace oofgg::servers

int main(int argc, char** argv) {
  oofgg::servers::MakerSettings settings;
  if (const auto done = oofgg::servers::ReadMakerSettings(argc, argv, settings)) return *done;
  const oofgg::Status status = oofgg::servers::Serve(settings);
  return status.ok() ? 0 : oofgg::servers::Fail(oofgg::servers::kProgram, status);
}
