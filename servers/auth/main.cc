// oofgg-auth: accounts, logins and the keys that every other server verifies tokens with.

#include <algorithm>
#include <thread>

#include "auth/account_facade.h"
#include "oofgg/auth/key_store.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/thread_pool.h"
#include "rpc/auth_service.h"
#include "rpc/server.h"
#include "servers/auth/auth_stores.h"
#include "servers/common/ops_server.h"
#include "servers/common/process.h"
#include "servers/common/server_flags.h"
#include "servers/common/tidy_timer.h"

namespace oofgg::servers {
namespace {

constexpr const char* kProgram = "oofgg-auth";
constexpr std::size_t kSocketThreads = 1;
/// Logins beyond these wait elsewhere: at 30 ms a hash, the last of them still answers within a second or
/// two.
constexpr std::size_t kQueuedHashesPerCore = 32;
constexpr std::chrono::milliseconds kLoginRetryDelay{1000};
constexpr std::chrono::minutes kTidyPeriod{10};
constexpr std::chrono::milliseconds kDrainPatience{10'000};

struct Settings {
  ServerSettings server{
      .listen = "127.0.0.1:50051", .ops_listen = "127.0.0.1:9101", .database = "sqlite:oofgg-data/auth.db"};
  std::string keys = "oofgg-data/auth-keys";
  std::string issuer = auth::kDefaultIssuer;
  std::chrono::milliseconds access_token_ttl{15 * 60'000};
  std::chrono::milliseconds refresh_token_ttl{std::int64_t{30} * 24 * 3600 * 1000};
};

std::optional<int> ReadSettings(int argc, char** argv, Settings& settings) {
  using namespace std::chrono_literals;
  Flags flags(kProgram, "Accounts, logins, and the keys that every other server verifies tokens with.");
  AddServerFlags(flags, settings.server, kAuthDatabases);
  flags.Add({.name = "keys", .help = "Holds signing keys and secrets; made if missing", .value = "DIR"},
            &settings.keys);
  flags.Add({.name = "issuer", .help = "The tokens' iss"}, &settings.issuer);
  flags.Add({.name = "access-token-ttl", .help = "Life of an access token"}, &settings.access_token_ttl, 10s,
            24h);
  flags.Add({.name = "refresh-token-ttl", .help = "Life of a refresh token"}, &settings.refresh_token_ttl,
            1min, 365 * 24h);
  if (const auto done = flags.Parse(argc, argv)) return done;
  if (settings.refresh_token_ttl < settings.access_token_ttl) {
    return Fail(
        kProgram,
        MakeStatus(StatusCode::kInvalidArgument,
                   "--refresh-token-ttl: " + FormatDuration(settings.refresh_token_ttl) +
                       " is shorter than the access token's " + FormatDuration(settings.access_token_ttl)),
        2);
  }
  return std::nullopt;
}

net::HttpResponse JwksPage(const auth::Jwks& keys) {
  return {.body = keys.ToJson(),
          .content_type = "application/jwk-set+json",
          .headers = {{"Cache-Control", "public, max-age=60"}}};
}

Status Serve(const Settings& settings) {
  Process process(kProgram, settings.server.verbose);
  OOFGG_RETURN_IF_ERROR(
      CheckPlaintextAddress("--ops-listen", settings.server.ops_listen, settings.server.insecure));
  OOFGG_ASSIGN_OR_RETURN(const AuthStores stores, OpenAuthStores(settings.server.database));
  OOFGG_ASSIGN_OR_RETURN(const auto keys, auth::KeyStore::Open(settings.keys));
  OOFGG_ASSIGN_OR_RETURN(std::string secret, keys.Secret("refresh"));

  Clock& clock = Clock::System();
  RandomSource& random = RandomSource::System();
  const auto seconds = [](auto duration) { return std::chrono::ceil<std::chrono::seconds>(duration); };
  const auth::TokenIssuer issuer(keys.signing_key(), clock, random,
                                 {.issuer = settings.issuer, .lifetime = seconds(settings.access_token_ttl)});
  const auth::TokenVerifier verifier(clock, keys.public_keys(), {.issuer = settings.issuer});
  const auth::PasswordHasher hasher;
  OOFGG_ASSIGN_OR_RETURN(
      const auto facade,
      auth::AuthFacade::Make(
          {*stores.users, *stores.sessions, issuer, verifier, hasher, clock, random, std::move(secret)},
          {.refresh_token_lifetime = seconds(settings.refresh_token_ttl)}));

  ThreadPool workers(stores.workers);
  const std::size_t cores = (std::max)(1U, std::thread::hardware_concurrency());
  BoundedExecutor hashing(cores, cores * kQueuedHashesPerCore);
  const rpc::Lane hashing_lane(hashing, kLoginRetryDelay);
  rpc::ServiceHost host(nullptr, workers, clock);
  const TidyTimer tidy(workers, clock, kTidyPeriod, [&facade = *facade] {
    if (const auto purged = facade.PurgeExpired(); !purged.ok()) return Annotate(purged.status(), "purge");
    return Status();
  });

  OpsServer ops(kProgram);
  ops.AddPage("/.well-known/jwks.json", [&keys] { return JwksPage(keys.public_keys()); });
  OOFGG_RETURN_IF_ERROR(ops.Listen(process.io(), settings.server.ops_listen));
  OOFGG_ASSIGN_OR_RETURN(const auto server,
                         rpc::RpcServer::Start(RpcOptions(settings.server), host,
                                               {rpc::MakeAuthService(host, hashing_lane, *facade)}));
  process.Start(kSocketThreads);
  ops.SetReady(true);
  Process::AnnounceReady({{"grpc", FormatHostPort(server->addresses().front())}, {"ops", ops.address()}});
  process.WaitForSignal();
  ops.SetReady(false);
  server->Drain(kDrainPatience);
  process.Stop();
  return {};
}

}  // namespace
}  // namespace oofgg::servers

int main(int argc, char** argv) {
  oofgg::servers::Settings settings;
  if (const auto done = oofgg::servers::ReadSettings(argc, argv, settings)) return *done;
  const oofgg::Status status = oofgg::servers::Serve(settings);
  return status.ok() ? 0 : oofgg::servers::Fail(oofgg::servers::kProgram, status);
}
