#include "servers/maker/settings.h"

#include "base/host_name.h"
#include "oofgg/auth/token_issuer.h"
#include "oofgg/parse.h"
#include "storage/redis/redis_url.h"

namespace oofgg::servers {
namespace {

constexpr std::chrono::milliseconds kMillisecond{1};
constexpr std::int64_t kMostProcesses = 16;

Status ReadHost(std::string_view text, std::string& host) {
  host = text;
  if (host.empty() || base::IsHost(host)) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "'" + host +
                        "' is neither a name nor an address; give what players connect to, without scheme, "
                        "port or brackets, such as play.example or 203.0.113.7");
}

void AddFleetFlags(Flags& flags, MakerSettings& settings) {
  flags.AddCustom({.name = "public-host",
                   .help = "The host in answers; none: the address the caller reached",
                   .variable = "PUBLIC_HOST",
                   .value = "HOST"},
                  "none",
                  [&settings](std::string_view text) { return ReadHost(text, settings.public_host); });
  flags.Add({.name = "max-concurrent-jobs",
             .help = "Game servers started at once",
             .variable = "MAX_CONCURRENT_JOBS"},
            &settings.max_concurrent_jobs, 1, 1000);
  flags.Add({.name = "fleets",
             .help = "Fleets by game, mode and region, read again when it changes; none: one, as told below",
             .variable = "FLEETS",
             .value = "FILE"},
            &settings.fleets);
  flags.Add({.name = "fleet-min-ready",
             .help = "Game servers with a free slot kept ready",
             .variable = "FLEET_MIN_READY"},
            &settings.fleet_min_ready, 0, 10'000);
  flags.AddCustom(
      {.name = "fleet-max", .help = "Game servers at once", .variable = "FLEET_MAX", .value = "INT"},
      "16 with process, else unlimited", [&settings](std::string_view text) -> Status {
        OOFGG_ASSIGN_OR_RETURN(settings.fleet_max, ParseInteger<std::int64_t>(text, 1, 100'000));
        return {};
      });
  flags.Add({.name = "server-slots",
             .help = "Slots of a game server that does not tell; 0: learn from its first refusal",
             .variable = "SERVER_SLOTS"},
            &settings.server_slots, 0, 100'000);
  flags.AddCustom({.name = "fleet-idle-timeout",
                   .help = "Stop a game server that is empty for this long, in ms or as 60s; 0: at once",
                   .variable = "FLEET_IDLE_TIMEOUT",
                   .value = "DURATION"},
                  "60000 where the server answers GET /status", [&settings](std::string_view text) -> Status {
                    OOFGG_ASSIGN_OR_RETURN(settings.fleet_idle_timeout, ParseDuration(text, kMillisecond));
                    return {};
                  });
}

/// Shorter ones would be lost to a pause that machines make now and then.
constexpr std::chrono::milliseconds kShortestLease{500};

Status CheckLease(const MakerSettings& settings) {
  if (settings.fleet_lease >= kShortestLease) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "--fleet-lease: at least " + std::to_string(kShortestLease.count()) + " ms");
}

void AddReservationFlags(Flags& flags, MakerSettings& settings) {
  flags.Add({.name = "reservation-timeout",
             .help = "One try to reserve a seat, in ms",
             .variable = "RESERVATION_TIMEOUT"},
            &settings.reservation_timeout, kMillisecond);
  flags.Add({.name = "reservation-cooldown",
             .help = "From a failed try to the next, in ms",
             .variable = "RESERVATION_COOLDOWN"},
            &settings.reservation_cooldown, kMillisecond);
  flags.Add({.name = "reservation-retry-times",
             .help = "Tries to reserve a seat",
             .variable = "RESERVATION_RETRY_TIMES"},
            &settings.reservation_retry_times, 1, 100);
  flags.Add({.name = "lookup-cooldown",
             .help = "Accepted for older deployments; free slots are known, not looked up",
             .variable = "LOOKUP_COOLDOWN"},
            &settings.lookup_cooldown, kMillisecond);
}

Status ReadRole(std::string_view text, MakerRole& role) {
  for (const auto& [name, value] :
       {std::pair("api", MakerRole::kApi), {"worker", MakerRole::kWorker}, {"all", MakerRole::kAll}}) {
    if (text != name) continue;
    role = value;
    return {};
  }
  return MakeStatus(StatusCode::kInvalidArgument,
                    "is 'api', 'worker' or 'all', not '" + std::string(text) + "'");
}

Status CheckRole(const MakerSettings& settings) {
  if (!settings.server.redis.empty()) {
    OOFGG_RETURN_IF_ERROR(Annotate(storage::ParseRedisUrl(settings.server.redis).status(), "--redis"));
  }
  if (settings.role == MakerRole::kAll || !settings.server.redis.empty()) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "--role: makers that share the work need --redis, where requests then are; without it "
                    "one process does all");
}

void AddRegistrationFlags(Flags& flags, MakerSettings& settings) {
  flags.AddCustom(
      {.name = "register-networks",
       .help = "Where servers that register may have their control ports, as 10.0.0.0/8,192.0.2.7",
       .variable = "REGISTER_NETWORKS",
       .value = "NETWORK,..."},
      "none but the address that each calls from", [&settings](std::string_view text) -> Status {
        OOFGG_ASSIGN_OR_RETURN(settings.register_networks, AddressList::Parse(text));
        return {};
      });
  flags.Add({.name = "register-lease",
             .help = "A server that registered and says nothing for so long has ended, in ms or as 60s",
             .variable = "REGISTER_LEASE"},
            &settings.register_lease, kMillisecond);
}

/// With a file each fleet is checked, of which some may say both.
Status CheckSizes(const MakerSettings& settings) {
  if (!settings.fleets.empty() || !settings.fleet_max || settings.fleet_min_ready <= *settings.fleet_max) {
    return {};
  }
  return MakeStatus(StatusCode::kInvalidArgument,
                    "FLEET_MIN_READY is " + std::to_string(settings.fleet_min_ready) +
                        ", but there are never more servers than FLEET_MAX, which is " +
                        std::to_string(*settings.fleet_max) + "; give a FLEET_MAX that is not smaller");
}

Status Check(MakerSettings& settings) {
  ChooseBackend(settings.backend);
  OOFGG_RETURN_IF_ERROR(CheckRole(settings));
  OOFGG_RETURN_IF_ERROR(CheckLease(settings));
  if (settings.WorksOnFleets()) {
    OOFGG_RETURN_IF_ERROR(CheckTogether(settings.backend, /*fleets_say_what=*/!settings.fleets.empty()));
  }
  if (settings.backend.backend == "none" && settings.fleet_min_ready > 0) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "FLEET_MIN_READY is " + std::to_string(settings.fleet_min_ready) +
                          ", but CONTAINER_BACKEND=none starts no game servers to have in reserve");
  }
  if (settings.register_lease < std::chrono::seconds(1)) {
    return MakeStatus(StatusCode::kInvalidArgument, "REGISTER_LEASE must be 1000 (ms) at least");
  }
  if (settings.backend.backend == "process" && !settings.fleet_max) settings.fleet_max = kMostProcesses;
  OOFGG_RETURN_IF_ERROR(CheckSizes(settings));
  if (settings.reservation_timeout < kMillisecond) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "RESERVATION_TIMEOUT is 0, in which no game server can answer; give 5000 (ms) or so");
  }
  if (settings.http_tls && settings.server.tls_cert.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument, "--http-tls needs --tls-cert and --tls-key");
  }
  if (settings.authorizer.empty()) settings.authorizer = settings.jwks.empty() ? "opaque" : "jwt";
  if (settings.authorizer != "jwt" && settings.authorizer != "opaque") {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "AUTHORIZER is 'jwt' or 'opaque', not '" + settings.authorizer + "'");
  }
  if (settings.authorizer == "jwt" && settings.jwks.empty()) {
    return MakeStatus(
        StatusCode::kInvalidArgument,
        "AUTHORIZER=jwt needs --jwks, the auth server's http://HOST:9101/.well-known/jwks.json or a file");
  }
  return {};
}

}  // namespace

std::optional<int> ReadMakerSettings(int argc, char** argv, MakerSettings& settings) {
  settings.issuer = auth::kDefaultIssuer;
  Flags flags(kProgram,
              "Turns \"this player wants to play\" into an address: matchmaking, seats and game servers.");
  AddServerFlags(flags, settings.server);
  flags.AddCustom({.name = "role",
                   .help = "Which work is done here: answering clients, game servers, or both",
                   .value = "api|worker|all"},
                  "all", [&settings](std::string_view text) { return ReadRole(text, settings.role); });
  flags.AddAddress({.name = "http-listen", .help = "Where POST /request is served"}, &settings.http_listen);
  flags.Add({.name = "http-tls", .help = "Serve it under TLS, with the certificate of --tls-cert"},
            &settings.http_tls);
  AddPeerFlags(flags, settings.peers);
  AddEventLogFlags(flags, settings.event_log);
  AddRevocationFlags(flags, settings.revocations);
  flags.Add({.name = "local-proxy",
             .help = "Callers come through a proxy on this machine, so 127.0.0.1 has no limits of its own",
             .variable = "LOCAL_PROXY"},
            &settings.local_proxy);
  flags.Add(
      {.name = "keys", .help = "Holds the key that signs join tickets; made if missing", .value = "DIR"},
      &settings.keys);
  flags.Add({.name = "jwks", .help = "The keys that verify access tokens", .value = "URL|FILE"},
            &settings.jwks);
  flags.Add({.name = "issuer", .help = "The iss that access tokens must have"}, &settings.issuer);
  flags.Add({.name = "rules", .help = "Rule sets, GAME-ID.json and default.json", .value = "DIR"},
            &settings.rules);
  flags.AddCustom({.name = "authorizer",
                   .help = "How POST /request knows who calls",
                   .variable = "AUTHORIZER",
                   .value = "jwt|opaque"},
                  "jwt with --jwks, else opaque", [&settings](std::string_view text) {
                    settings.authorizer = text;
                    return Status();
                  });
  flags.Add(
      {.name = "fleet-lease",
       .help = "With --redis, after how long a worker that says nothing loses its fleets to another, in ms"},
      &settings.fleet_lease, kMillisecond);
  AddBackendFlags(flags, settings.backend);
  AddFleetFlags(flags, settings);
  AddReservationFlags(flags, settings);
  AddRegistrationFlags(flags, settings);
  if (const auto done = flags.Parse(argc, argv)) return done;
  for (const Status& fit :
       {CheckTogether(settings.server), CheckTogether(settings.peers), CheckTogether(settings.revocations)}) {
    if (!fit.ok()) return Fail(kProgram, fit, 2);
  }
  if (const Status status = Check(settings); !status.ok()) return Fail(kProgram, status, 2);
  return std::nullopt;
}

}  // namespace oofgg::servers
