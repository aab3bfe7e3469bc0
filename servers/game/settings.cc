#include "servers/game/settings.h"

#include <algorithm>

#include "oofgg/auth/token_issuer.h"
#include "oofgg/parse.h"
#include "storage/postgres/database.h"
#include "storage/redis/redis_url.h"

namespace oofgg::servers {
namespace {

/// `ID=NAME,ID=NAME`.
Status ParseGames(std::string_view text, std::vector<std::string>& games) {
  games.clear();
  while (!text.empty()) {
    const std::string_view game = text.substr(0, text.find(','));
    const std::size_t equals = game.find('=');
    if (equals == 0 || equals == std::string_view::npos || equals + 1 == game.size()) {
      return MakeStatus(StatusCode::kInvalidArgument, "'" + std::string(game) + "' is not ID=NAME");
    }
    games.emplace_back(game);
    text.remove_prefix((std::min)(text.size(), game.size() + 1));
  }
  return {};
}

Status ParsePresenceTls(std::string_view text, std::optional<net::PresenceTls>& tls) {
  if (text == "off") {
    tls = net::PresenceTls::kOff;
  } else if (text == "offered") {
    tls = net::PresenceTls::kOffered;
  } else if (text == "required") {
    tls = net::PresenceTls::kRequired;
  } else {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "'" + std::string(text) + "' is not off, offered or required");
  }
  return {};
}

Status CheckPresenceTls(const GameSettings& settings) {
  if (PresenceTlsOf(settings) == net::PresenceTls::kOff || !settings.server.tls_cert.empty()) return {};
  return MakeStatus(StatusCode::kInvalidArgument, "--presence-tls needs --tls-cert and --tls-key");
}

/// Clients are told it as it is.
Status CheckAdvertised(const std::string& address) {
  if (address.empty()) return {};
  OOFGG_ASSIGN_OR_RETURN(const HostPort parsed, ParseHostPort(address));
  const bool is_nowhere = parsed.host.empty() || parsed.host == "0.0.0.0" || parsed.host == "::";
  if (!is_nowhere) return {};
  return MakeStatus(StatusCode::kInvalidArgument, "--presence-advertise: '" + address +
                                                      "' names no host that clients could connect to; write "
                                                      "HOST:PORT");
}

Status CheckInstances(const GameSettings& settings) {
  OOFGG_RETURN_IF_ERROR(CheckAdvertised(settings.presence_advertise));
  if (settings.server.redis.empty()) return {};
  OOFGG_RETURN_IF_ERROR(Annotate(storage::ParseRedisUrl(settings.server.redis).status(), "--redis"));
  constexpr std::chrono::seconds kShortest{1};
  constexpr std::chrono::minutes kLongest{10};
  if (settings.presence_lease >= kShortest && settings.presence_lease <= kLongest) return {};
  return MakeStatus(StatusCode::kInvalidArgument, "--presence-lease is 1s to 10m");
}

Status CheckDatabase(const std::string& database) {
  if (!IsPostgres(database)) return {};
  return Annotate(storage::PostgresDatabase::CheckUrl(database), "--database");
}

void AddPresenceFlags(Flags& flags, GameSettings& settings) {
  flags.AddAddress({.name = "presence-listen", .help = "Where presence over TCP and UDP is served"},
                   &settings.presence_listen);
  flags.AddCustom({.name = "port",
                   .help = "The presence port, on all interfaces",
                   .variable = "SERVER_PORT",
                   .letter = 'p',
                   .value = "PORT"},
                  "that of --presence-listen", [&settings](std::string_view text) -> Status {
                    OOFGG_ASSIGN_OR_RETURN(const auto port, ParseInteger<std::uint16_t>(text));
                    settings.presence_listen = ":" + std::to_string(port);
                    return {};
                  });
  flags.Add({.name = "presence-auth", .help = "Let nobody onto the presence port without a token"},
            &settings.presence_auth);
  flags.AddCustom({.name = "presence-tls",
                   .help = "TLS on the TCP presence port: off, offered beside plaintext, or required",
                   .value = "off|offered|required"},
                  "offered with --tls-cert, else off", [&settings](std::string_view text) {
                    return ParsePresenceTls(text, settings.presence_tls);
                  });
  flags.Add({.name = "presence-grace", .help = "How long a lost v2 player stays online"},
            &settings.presence_grace);
  flags.Add({.name = "presence-lease",
             .help = "With --redis, after how long an instance that says nothing is gone"},
            &settings.presence_lease);
  flags.AddAddress({.name = "presence-advertise",
                    .help = "With --redis, where clients reach this presence port, for other instances that "
                            "send them here; none: they do not"},
                   &settings.presence_advertise);
  flags.Add({.name = "presence-max-connections",
             .help = "TCP connections to the presence port at once, fewer where descriptors are"},
            &settings.presence_max_connections, 1, 10'000'000);
  flags.Add(
      {.name = "presence-max-per-address",
       .help =
           "Of these, and of players over UDP, from one IPv4 address or one IPv6 /64, this machine's too"},
      &settings.presence_max_per_address, 1, 10'000'000);
  flags.Add({.name = "presence-max-udp-players", .help = "Players over UDP at once"},
            &settings.presence_max_udp_players, 1, 100'000'000);
  flags.Add({.name = "presence-shards",
             .help = "Tables that share the users, 64 at most; 0: one for every four processors"},
            &settings.presence_shards, 0, 64);
  flags.AddCustom(
      {.name = "presence-udp-v1",
       .help = "Who may speak protocol v1 over UDP, which proves no address, besides this machine",
       .value = "NETWORK,…"},
      "", [&settings](std::string_view text) -> Status {
        OOFGG_ASSIGN_OR_RETURN(settings.presence_udp_v1, AddressList::Parse(text));
        return {};
      });
}

/// As browsers send it, `https://play.example`.
Status ParseOrigins(std::string_view text, std::vector<std::string>& origins) {
  origins.clear();
  while (!text.empty()) {
    const std::string_view origin = text.substr(0, text.find(','));
    const std::size_t host = origin.find("://");
    const bool is_right = host != std::string_view::npos && host + 3 < origin.size() &&
                          origin.find('/', host + 3) == std::string_view::npos;
    if (!is_right) {
      return MakeStatus(StatusCode::kInvalidArgument,
                        "'" + std::string(origin) + "' is not an origin, such as https://play.example");
    }
    origins.emplace_back(origin);
    text.remove_prefix((std::min)(text.size(), origin.size() + 1));
  }
  return {};
}

void AddWebSocketFlags(Flags& flags, GameSettings& settings) {
  flags.AddAddress({.name = "websocket-listen", .help = "Where WebSockets are served"},
                   &settings.websocket_listen);
  flags.AddCustom(
      {.name = "websocket-origins",
       .help = "The only pages that may open WebSockets, such as https://play.example; none: all",
       .value = "ORIGIN,..."},
      "", [&settings](std::string_view text) { return ParseOrigins(text, settings.websocket_origins); });
  flags.Add({.name = "websocket-max-connections",
             .help = "WebSocket connections at once, fewer where descriptors are"},
            &settings.websocket_max_connections, 1, 10'000'000);
  flags.Add({.name = "websocket-max-per-address",
             .help = "Of these from one IPv4 address or one IPv6 /64, other than those of --trusted-proxy"},
            &settings.websocket_max_per_address, 1, 10'000'000);
}

}  // namespace

net::PresenceTls PresenceTlsOf(const GameSettings& settings) {
  const bool has_certificate = !settings.server.tls_cert.empty();
  return settings.presence_tls.value_or(has_certificate ? net::PresenceTls::kOffered
                                                        : net::PresenceTls::kOff);
}

std::optional<int> ReadGameSettings(int argc, char** argv, GameSettings& settings) {
  settings.issuer = auth::kDefaultIssuer;
  Flags flags(kProgram, "Presence, sessions and their events, players, scores.");
  AddServerFlags(flags, settings.server, {.takes_postgres = true});
  flags.Add({.name = "jwks", .help = "The keys that verify access tokens; required", .value = "URL|FILE"},
            &settings.jwks);
  flags.Add({.name = "issuer", .help = "The iss that access tokens must have"}, &settings.issuer);
  flags.AddAddress({.name = "maker", .help = "gRPC of oofgg-maker; none: nobody can queue for a match"},
                   &settings.maker);
  flags.Add({.name = "maker-tls", .help = "Speak TLS to the maker"}, &settings.maker_tls);
  AddPeerFlags(flags, settings.peers);
  AddRevocationFlags(flags, settings.revocations);
  AddEventLogFlags(flags, settings.event_log);
  flags.AddCustom({.name = "games", .help = "Games that are there from the start", .value = "ID=NAME,..."},
                  "", [&settings](std::string_view text) { return ParseGames(text, settings.games); });
  flags.Add({.name = "disconnect-grace",
             .help = "After how long who lost their stream leaves a player's session; the queue: 5s at most"},
            &settings.disconnect_grace);
  flags.Add({.name = "session-idle",
             .help = "After how long a session or match is over on which nobody has a stream"},
            &settings.session_idle);
  flags.Add({.name = "match-history", .help = "How long the history has a match after its end"},
            &settings.match_history);
  AddPresenceFlags(flags, settings);
  AddWebSocketFlags(flags, settings);
  if (const auto done = flags.Parse(argc, argv)) return done;
  for (const Status& fit :
       {CheckTogether(settings.server), CheckTogether(settings.peers), CheckTogether(settings.revocations),
        CheckPresenceTls(settings), CheckInstances(settings), CheckDatabase(settings.server.database)}) {
    if (!fit.ok()) return Fail(kProgram, fit, 2);
  }
  if (settings.jwks.empty()) {
    return Fail(
        kProgram,
        MakeStatus(StatusCode::kInvalidArgument,
                   "--jwks is required: the auth server's http://HOST:9101/.well-known/jwks.json, or a file"),
        2);
  }
  return std::nullopt;
}

}  // namespace oofgg::servers
