#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address_list.h"
#include "net/tls/tls_source.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "rpc/server.h"
#include "servers/common/flags.h"
#include "servers/common/stderr_log.h"

namespace oofgg::storage {
class Database;
}

namespace oofgg::servers {

/// What all three servers are told.
struct ServerSettings {
  std::string listen = {};
  std::string ops_listen = {};
  std::string database = {};
  std::string redis = {};  ///< Empty: none; what it would hold lives in this process.
  bool allow_volatile_redis = false;
  AddressList proxies = {};  ///< Whose `x-forwarded-for` is believed.
  std::string tls_cert = {};
  std::string tls_key = {};
  std::string tls_client_ca = {};
  bool insecure = false;
  LogOptions log = {};
};

/// What stores a server of this version can use.
struct StoreKinds {
  bool takes_postgres = false;
};

/// Whether `--database` names PostgreSQL.
[[nodiscard]] bool IsPostgres(std::string_view database);

/// Adds the flags of `settings`, whose present values are the defaults.
void AddServerFlags(Flags& flags, ServerSettings& settings, const StoreKinds& stores = {});

/// kInvalidArgument where they do not fit together.
[[nodiscard]] Status CheckTogether(const ServerSettings& settings);

/// What the doors of a server show under `--tls-cert`; null without, and then the ops door must not be open
/// to other machines unless `--insecure` allows it. Errors: kFailedPrecondition (plaintext off this machine),
/// or those of net::ReadTlsIdentity.
[[nodiscard]] StatusOr<std::shared_ptr<net::TlsSource>> OpenTls(const ServerSettings& settings,
                                                                const Clock& clock);

/// Serves gRPC where `--listen` says. Errors as of RpcServer::Start; they name the flag.
[[nodiscard]] StatusOr<std::unique_ptr<rpc::RpcServer>> StartRpc(const ServerSettings& settings,
                                                                 std::shared_ptr<net::TlsSource> tls,
                                                                 rpc::ServiceHost& host,
                                                                 std::vector<rpc::ServedService> services);

/// Opens `--database` for this process alone. Errors: kInvalidArgument (of a kind that this version does not
/// have), kFailedPrecondition (another server has it open), or why the file cannot be used.
[[nodiscard]] StatusOr<std::unique_ptr<storage::Database>> OpenDatabase(const std::string& database);

/// For a listener without TLS that `INTERFACES` does not exempt: refuses addresses off loopback unless
/// `insecure`. `flag` names the culprit.
[[nodiscard]] Status CheckPlaintextAddress(const std::string& flag, const std::string& address,
                                           bool insecure);

/// `address` with the port that a listener chose for it.
[[nodiscard]] std::string WithPort(const std::string& address, std::uint16_t port);

}  // namespace oofgg::servers
