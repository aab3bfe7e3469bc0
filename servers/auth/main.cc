// oofgg-auth: accounts, logins and the keys that every other server verifies tokens with.

#include <algorithm>
#include <thread>

#include "auth/auth_room.h"
#include "auth/twitch_provider.h"
#include "http/curl_client.h"
#include "oofgg/auth/key_store.h"
#include "oofgg/auth/password_policy.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/thread_pool.h"
#include "rpc/account_service.h"
#include "rpc/admin_service.h"
#include "rpc/auth_service.h"
#include "rpc/revocation_service.h"
#include "rpc/server.h"
#include "servers/auth/mail.h"
#include "servers/auth/settings.h"
#include "servers/auth/shared_state.h"
#include "servers/auth/stores.h"
#include "servers/common/call_metrics.h"
#include "servers/common/event_log.h"
#include "servers/common/late_hook.h"
#include "servers/common/ops_server.h"
#include "servers/common/process.h"
#include "servers/common/published_keys.h"
#include "servers/common/server_flags.h"
#include "servers/common/tidy_timer.h"
#include "servers/common/watched_executor.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kSocketThreads = 1;
/// Logins beyond these wait elsewhere: at 30 ms a hash, the last of them still answers within a second or
/// two.
constexpr std::size_t kQueuedHashesPerCore = 32;
constexpr std::size_t kHashingThreadsPerCore = 4;
/// Who waits for Twitch, and for the mail to be handed over, on threads apart.
constexpr std::size_t kNetworkThreads = 4;
constexpr std::size_t kQueuedForNetwork = 64;
constexpr std::size_t kMailThreads = 2;
constexpr std::size_t kQueuedMail = 1000;
constexpr std::chrono::milliseconds kLoginRetryDelay{1000};
// How long after a short call hashes expect the next one.
constexpr std::chrono::milliseconds kShortCallsAbout{20};
constexpr std::chrono::minutes kTidyPeriod{10};
constexpr std::chrono::seconds kServiceWatchPeriod{5};
constexpr std::chrono::seconds kKeyWatchPeriod{1};
constexpr std::chrono::milliseconds kDrainPatience{10'000};

std::chrono::seconds Seconds(std::chrono::milliseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration);
}

auth::AuthRoomOptions RoomOptionsOf(const AuthSettings& settings, const AuthStorage& storage) {
  auth::AuthRoomOptions options;
  options.revocations.poll = storage.revocation_poll;
  options.sessions.idle_lifetime = Seconds(settings.refresh_token_ttl);
  options.sessions.absolute_lifetime = Seconds(settings.session_lifetime);
  if (settings.attempts_per_address == 0) {
    options.guard.per_address.reset();
  } else {
    options.guard.per_address->per_second = static_cast<double>(settings.attempts_per_address);
  }
  if (settings.attempts > 0) {
    const auto rate = static_cast<double>(settings.attempts);
    options.guard.global = RateLimit{.per_second = rate, .burst = 2 * rate};
  }
  return options;
}

StatusOr<std::unique_ptr<const auth::PasswordPolicy>> PolicyOf(const AuthSettings& settings) {
  std::unique_ptr<const auth::PasswordPolicy> policy = std::make_unique<auth::CommonPasswordPolicy>();
  if (settings.breached_passwords.empty()) return policy;
  auto breached = auth::BreachedPasswordPolicy::Open(settings.breached_passwords, std::move(policy));
  if (!breached.ok()) return Annotate(breached.status(), "--breached-passwords");
  return *std::move(breached);
}

Status Serve(const AuthSettings& settings) {
  Process process(kProgram, settings.server.log);
  OOFGG_ASSIGN_OR_RETURN(const auto tls, OpenTls(settings.server, Clock::System()));
  OOFGG_ASSIGN_OR_RETURN(const AuthStorage storage, OpenAuthStores(settings.server));
  OOFGG_ASSIGN_OR_RETURN(const auto keys, auth::KeyStore::Open(settings.keys));
  OOFGG_ASSIGN_OR_RETURN(std::string secret, keys.Secret("refresh"));
  OOFGG_ASSIGN_OR_RETURN(std::string limit_key, keys.Secret("limits"));
  OOFGG_ASSIGN_OR_RETURN(const auto mailer, MakeMailer(settings));
  OOFGG_ASSIGN_OR_RETURN(const SharedState shared, SharedState::Open(settings.server, std::move(limit_key)));

  Clock& clock = Clock::System();
  RandomSource& random = RandomSource::System();
  auth::TokenIssuer issuer(keys.signing_key(), clock, random,
                           {.issuer = settings.issuer, .lifetime = Seconds(settings.access_token_ttl)});
  const auto verifier = std::make_shared<auth::TokenVerifier>(
      clock, keys.public_keys(), auth::TokenVerifierOptions{.issuer = settings.issuer});
  const std::size_t cores = (std::max)(1U, std::thread::hardware_concurrency());
  OOFGG_ASSIGN_OR_RETURN(const auto policy, PolicyOf(settings));

  http::CurlClient http;
  auth::TwitchProvider twitch(http,
                              {.base_url = settings.twitch_url, .client_id = settings.twitch_client_id});
  BoundedExecutor mail(kMailThreads, kQueuedMail);
  ThreadPool workers(storage.workers);
  auto event_log = ServerEventLog::Open(settings.event_log, {.program = kProgram,
                                                             .insecure = settings.server.insecure,
                                                             .stop = Process::StopRequested,
                                                             .executor = workers,
                                                             .clock = clock,
                                                             .random = random});
  if (!event_log.ok()) return Process::StopRequested() ? Status() : event_log.status();
  WatchedExecutor short_calls(workers, clock);
  const auth::PasswordHasher hasher({}, random, cores,
                                    [&short_calls] { return short_calls.UsedWithin(kShortCallsAbout); });
  // The room tells of sessions that end before the streams are there, and after they are gone.
  LateHook<std::string_view> end_session;
  auth::AuthRoomOptions room_options = RoomOptionsOf(settings, storage);
  room_options.revocations.on_revoked = [&end_session](const auth::Revocation& revocation) {
    if (!revocation.IsDeletion()) end_session(revocation.session_id);
  };
  OOFGG_ASSIGN_OR_RETURN(
      const auto room, auth::AuthRoom::Open({.stores = storage.stores(),
                                             .issuer = issuer,
                                             .verifier = verifier,
                                             .hasher = hasher,
                                             .policy = *policy,
                                             .log = (*event_log)->log(),
                                             .executor = workers,
                                             .clock = clock,
                                             .random = random,
                                             .secret = std::move(secret),
                                             .twitch = settings.twitch_client_id.empty() ? nullptr : &twitch,
                                             .mailer = mailer.get(),
                                             .mail = &mail,
                                             .limiter = shared.limiter(),
                                             .failures = shared.failures(),
                                             .feed = shared.feed()},
                                            room_options));

  // More threads than hashes at once, as each also waits for the disk.
  BoundedExecutor hashing(cores * kHashingThreadsPerCore, cores * kQueuedHashesPerCore);
  BoundedExecutor network(kNetworkThreads, kQueuedForNetwork);
  const rpc::Lane hashing_lane(hashing, kLoginRetryDelay);
  const rpc::Lane network_lane(network, kLoginRetryDelay);
  rpc::ServiceHost host(&room->authorizer(), short_calls, clock);
  host.TrustProxies(settings.server.proxies);
  if (settings.server.log.verbose) host.LogCalls();
  if (settings.calls_per_address > 0) {
    const auto rate = static_cast<double>(settings.calls_per_address);
    host.LimitAnonymousCalls({.per_second = rate, .burst = 10 * rate});
  }
  const auto ending = end_session.Set([&host](std::string_view session_id) { host.EndSession(session_id); });
  const TidyTimer tidy(workers, clock, kTidyPeriod,
                       [&room = *room] { return Annotate(room.Tidy(), "purge"); });

  const TidyTimer service_watch(workers, clock, kServiceWatchPeriod, [&room = *room] {
    return Annotate(room.EndExpiredServices(), "ending services whose time is over");
  });
  KeyFollower follower(settings.keys, clock, *verifier, issuer, [&host] { host.SendAway(); });
  const TidyTimer key_watch(workers, clock, kKeyWatchPeriod, [&follower] {
    follower.Follow();
    return Status();
  });

  OpsServer ops(kProgram);
  ops.AddPage("/.well-known/jwks.json",
              [&verifier](const net::HttpRequest& request) { return JwksPage(request, *verifier->keys()); });
  if (storage.postgres != nullptr) {
    ops.AddReadiness([&storage] { return storage.postgres->CheckReachable(); });
  }
  AddCallMetrics(ops, host.calls());
  (*event_log)->AddHealth(ops);
  OOFGG_RETURN_IF_ERROR(ops.Listen(process.io(), settings.server.ops_listen, tls));
  OOFGG_ASSIGN_OR_RETURN(const auto server,
                         StartRpc(settings.server, tls, host,
                                  {rpc::MakeAuthService(host, hashing_lane, network_lane, room->auth()),
                                   rpc::MakeAccountService(host, hashing_lane, network_lane, room->account()),
                                   rpc::MakeAdminService(host, room->admin()),
                                   rpc::MakeRevocationService(host, room->revocations())}));
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
  oofgg::servers::AuthSettings settings;
  if (const auto done = oofgg::servers::ReadAuthSettings(argc, argv, settings)) return *done;
  const oofgg::Status status = oofgg::servers::Serve(settings);
  return status.ok() ? 0 : oofgg::servers::Fail(oofgg::servers::kProgram, status);
}
