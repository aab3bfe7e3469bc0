#include "servers/common/server_flags.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>
#include <utility>

#include "oofgg/parse.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {
namespace {

/// Keeps other servers away from the file until this process ends, however it ends: two on one file would
/// each trust what they remember of it. On a file beside it, since closing a descriptor of the database
/// itself would drop SQLite's own locks.
Status LockDatabase(const std::string& path) {
  const std::string lock = path + ".lock";
  const int fd = open(lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return MakeStatus(StatusCode::kFailedPrecondition, "opening " + lock + ": " + std::strerror(errno));
  // A child that a killed server was just starting still has its descriptors, for milliseconds.
  constexpr int kTries = 100;
  constexpr std::chrono::milliseconds kPause{10};
  for (int tries = 1; flock(fd, LOCK_EX | LOCK_NB) != 0; ++tries) {
    const bool held = errno == EWOULDBLOCK;
    if (errno == EINTR) continue;
    if (held && tries < kTries) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    const std::string why =
        held ? path + " is in use by another server; stop that one, or give each its own database"
             : "locking " + lock + ": " + std::strerror(errno);
    close(fd);
    return MakeStatus(StatusCode::kFailedPrecondition, why);
  }
  return {};
}

constexpr std::string_view kSqlite = "sqlite:";

std::string DatabaseKinds(const char* separator, bool takes_postgres) {
  return "sqlite:PATH" + (takes_postgres ? std::string(separator) + "postgresql://…" : std::string());
}

/// Of a kind that is not known only that is quoted: a URL may hold a password.
Status CheckDatabaseKind(std::string_view database, bool takes_postgres) {
  if (database.starts_with(kSqlite) && database.size() > kSqlite.size()) return {};
  if (takes_postgres && IsPostgres(database)) return {};
  return MakeStatus(StatusCode::kInvalidArgument, "'" + std::string(database.substr(0, database.find(':'))) +
                                                      "' is no kind that this server knows; give " +
                                                      DatabaseKinds(" or ", takes_postgres));
}

void AddRedisFlags(Flags& flags, ServerSettings& settings) {
  flags.Add({.name = "redis",
             .help = "What replicas share; none: this is the only one",
             .variable = "REDIS_SERVER_URL",
             .value = "HOST:PORT|URL"},
            &settings.redis);
  flags.Add({.name = "allow-volatile-redis", .help = "Take a Redis that keeps no append-only file"},
            &settings.allow_volatile_redis);
}

}  // namespace

bool IsPostgres(std::string_view database) {
  return database.starts_with("postgresql://") || database.starts_with("postgres://");
}

void AddServerFlags(Flags& flags, ServerSettings& settings, const StoreKinds& stores) {
  flags.AddAddress({.name = "listen", .help = "Where gRPC listens"}, &settings.listen);
  flags.AddAddress(
      {.name = "ops-listen", .help = "Where /healthz, /readyz, /metrics and /version are served"},
      &settings.ops_listen);
  flags.AddCustom({.name = "database",
                   .help = "Where its data lives",
                   .value = DatabaseKinds("|", stores.takes_postgres)},
                  settings.database, [&settings, stores](std::string_view text) -> Status {
                    OOFGG_RETURN_IF_ERROR(CheckDatabaseKind(text, stores.takes_postgres));
                    settings.database = text;
                    return {};
                  });
  AddRedisFlags(flags, settings);
  flags.AddCustom({.name = "trusted-proxy",
                   .help = "Whose x-forwarded-for is believed, such as 10.0.0.0/8,::1",
                   .value = "NETWORK,…"},
                  "", [&settings](std::string_view text) -> Status {
                    OOFGG_ASSIGN_OR_RETURN(settings.proxies, AddressList::Parse(text));
                    return {};
                  });
  flags.Add({.name = "tls-cert",
             .help = "PEM certificate chain; gRPC and ops then speak TLS. Read again when it changes",
             .value = "FILE"},
            &settings.tls_cert);
  flags.Add({.name = "tls-key", .help = "PEM key of that certificate", .value = "FILE"}, &settings.tls_key);
  flags.Add({.name = "tls-client-ca",
             .help = "Ask clients for a certificate signed by this PEM authority",
             .value = "FILE"},
            &settings.tls_client_ca);
  flags.Add({.name = "insecure", .help = "Allow plaintext off this machine, as on a private network"},
            &settings.insecure);
  flags.Add({.name = "verbose", .help = "Log more, each call among it", .variable = "VERBOSE", .letter = 'v'},
            &settings.log.verbose);
  flags.AddCustom(
      {.name = "log-format", .help = "Lines for people, or JSON for machines", .value = "text|json"}, "text",
      [&settings](std::string_view text) -> Status {
        if (text != "text" && text != "json") {
          return MakeStatus(StatusCode::kInvalidArgument,
                            "'" + std::string(text) + "' is neither text nor json");
        }
        settings.log.format = text == "json" ? LogFormat::kJson : LogFormat::kText;
        return {};
      });
}

Status CheckTogether(const ServerSettings& settings) {
  if (settings.tls_cert.empty() != settings.tls_key.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "--tls-cert and --tls-key go together; give both or none");
  }
  if (settings.tls_client_ca.empty() || !settings.tls_cert.empty()) return {};
  return MakeStatus(StatusCode::kInvalidArgument, "--tls-client-ca needs --tls-cert and --tls-key");
}

StatusOr<std::shared_ptr<net::TlsSource>> OpenTls(const ServerSettings& settings, const Clock& clock) {
  if (!settings.tls_cert.empty()) {
    return net::TlsSource::Open(
        {.certificate = settings.tls_cert, .key = settings.tls_key, .client_ca = settings.tls_client_ca},
        clock);
  }
  OOFGG_RETURN_IF_ERROR(CheckPlaintextAddress("--ops-listen", settings.ops_listen, settings.insecure));
  return nullptr;
}

StatusOr<std::unique_ptr<rpc::RpcServer>> StartRpc(const ServerSettings& settings,
                                                   std::shared_ptr<net::TlsSource> tls,
                                                   rpc::ServiceHost& host,
                                                   std::vector<rpc::ServedService> services) {
  rpc::RpcServerOptions options;
  options.listen = {settings.listen};
  options.tls = std::move(tls);
  options.insecure = settings.insecure;
  auto server = rpc::RpcServer::Start(options, host, std::move(services));
  if (!server.ok()) return Annotate(server.status(), "--listen");
  return server;
}

StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const std::string& database) {
  if (const Status sqlite = CheckDatabaseKind(database, false); !sqlite.ok()) {
    return Annotate(sqlite, "--database");
  }
  const std::string path = database.substr(kSqlite.size());
  auto opened = storage::Database::Open(path);
  if (!opened.ok()) return Annotate(opened.status(), "--database");
  if (const Status locked = LockDatabase(path); !locked.ok()) return Annotate(locked, "--database");
  return opened;
}

Status CheckPlaintextAddress(const std::string& flag, const std::string& address, bool insecure) {
  const auto parsed = ParseHostPort(address);
  if (!parsed.ok()) return Annotate(parsed.status(), flag);
  if (IsLoopback(parsed->host) || insecure) return {};
  return MakeStatus(StatusCode::kFailedPrecondition,
                    flag + ": " + address +
                        " is reachable from other machines without TLS; listen on 127.0.0.1, give it " +
                        "TLS, or allow it with --insecure");
}

std::string WithPort(const std::string& address, std::uint16_t port) {
  const auto parsed = ParseHostPort(address);
  return FormatHostPort({.host = parsed.ok() ? parsed->host : std::string(), .port = port});
}

}  // namespace oofgg::servers
