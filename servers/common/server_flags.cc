#include "servers/common/server_flags.h"

#include "oofgg/parse.h"
#include "storage/sqlite/database.h"

namespace oofgg::servers {

void AddServerFlags(Flags& flags, ServerSettings& settings) {
  flags.Add({.name = "listen", .help = "Where gRPC listens"}, &settings.listen);
  flags.Add({.name = "ops-listen", .help = "Where /healthz, /readyz, /metrics and /version are served"},
            &settings.ops_listen);
  flags.Add({.name = "database", .help = "sqlite:PATH"}, &settings.database);
  flags.Add({.name = "tls-cert", .help = "PEM certificate chain for gRPC"}, &settings.tls_cert);
  flags.Add({.name = "tls-key", .help = "PEM key of that certificate"}, &settings.tls_key);
  flags.Add({.name = "tls-client-ca", .help = "Ask clients for a certificate signed by this PEM authority"},
            &settings.tls_client_ca);
  flags.Add({.name = "insecure", .help = "Allow plaintext off this machine, as on a private network"},
            &settings.insecure);
  flags.Add({.name = "verbose", .help = "Log more", .variable = "VERBOSE", .letter = 'v'}, &settings.verbose);
}

rpc::RpcServerOptions RpcOptions(const ServerSettings& settings) {
  rpc::RpcServerOptions options;
  options.listen = {settings.listen};
  options.tls_certificate_file = settings.tls_cert;
  options.tls_key_file = settings.tls_key;
  options.tls_client_ca_file = settings.tls_client_ca;
  options.insecure = settings.insecure;
  return options;
}

StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const std::string& database) {
  constexpr std::string_view kSqlite = "sqlite:";
  if (!database.starts_with(kSqlite) || database.size() == kSqlite.size()) {
    const std::string kind = database.substr(0, database.find(':'));
    return MakeStatus(StatusCode::kInvalidArgument,
                      "--database: this version keeps its data in SQLite, given as sqlite:PATH, and not in '" +
                          kind + "'");
  }
  auto opened = storage::Database::Open(database.substr(kSqlite.size()));
  if (!opened.ok()) return Annotate(opened.status(), "--database");
  return opened;
}

Status CheckPlaintextAddress(const std::string& flag, const std::string& address, bool insecure) {
  const auto parsed = ParseHostPort(address);
  if (!parsed.ok()) return Annotate(parsed.status(), flag);
  const bool loopback =
      parsed->host == "localhost" || parsed->host == "::1" || parsed->host.starts_with("127.");
  if (loopback || insecure) return {};
  return MakeStatus(StatusCode::kFailedPrecondition,
                    flag + ": " + address + " is reachable from other machines without TLS; listen on 127.0.0.1, or " +
                        "allow it with --insecure");
}

std::string WithPort(const std::string& address, std::uint16_t port) {
  const auto parsed = ParseHostPort(address);
  return FormatHostPort({.host = parsed.ok() ? parsed->host : std::string(), .port = port});
}

}  // namespace oofgg::servers
