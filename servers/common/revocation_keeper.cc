#include "servers/common/revocation_keeper.h"

#include <atomic>
#include <chrono>
#include <mutex>
#include <utility>

#include "auth/private_file.h"
#include "oofgg/client.h"
#include "oofgg/grpc_transport.h"
#include "oofgg/log.h"
#include "oofgg/thread_pool.h"
#include "rpc/service_host.h"
#include "servers/common/ops_server.h"
#include "servers/common/server_flags.h"

namespace oofgg::servers {
namespace {

constexpr std::size_t kMaxCredential = 4096;
constexpr std::chrono::seconds kPauseAfterRefusal{5};
/// The auth server says something every 2 s.
constexpr std::chrono::seconds kLongSilence{10};

StatusOr<std::string> ReadCredential(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(std::string text, auth::ReadPrivateFile(path, kMaxCredential));
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

StatusOr<std::shared_ptr<Transport>> TransportTo(const RevocationSettings& settings,
                                                 const PeerSettings& peers, bool insecure) {
  GrpcTransportOptions options;
  options.endpoints.auth = settings.auth;
  if (settings.auth_tls) {
    OOFGG_ASSIGN_OR_RETURN(options.tls, TlsOptionsOf(peers));
  } else {
    // The credential goes this way.
    OOFGG_RETURN_IF_ERROR(CheckPlaintextAddress("--auth", settings.auth, insecure));
  }
  return MakeGrpcTransport(options);
}

}  // namespace

void AddRevocationFlags(Flags& flags, RevocationSettings& settings) {
  flags.AddAddress(
      {.name = "auth",
       .help = "gRPC of oofgg-auth, to hear of logouts and bans within a second; none: tokens are "
               "good until they end"},
      &settings.auth);
  flags.Add({.name = "auth-tls", .help = "Speak TLS to it"}, &settings.auth_tls);
  flags.Add(
      {.name = "service-credential",
       .help = "Holds the credential to sign in there with, mode 0600; `oofgg service create` makes one",
       .value = "FILE"},
      &settings.credential_file);
}

Status CheckTogether(const RevocationSettings& settings) {
  if (settings.auth.empty() || !settings.credential_file.empty()) return {};
  return MakeStatus(StatusCode::kInvalidArgument,
                    "--auth needs --service-credential; `oofgg service create` makes one");
}

void WarnIfNotFollowed(const RevocationSettings& settings) {
  if (!settings.auth.empty()) return;
  Log(LogLevel::kWarning, "revocations",
      "without --auth, whoever signs out or is banned is let in until their access token ends");
}

RevocationActions ActionsOn(rpc::ServiceHost& host, std::function<void(const DeletedUser&)> forget_user) {
  return {.end_session = [&host](std::string_view session_id) { host.EndSession(session_id); },
          .end_all = [&host] { host.SendAway(); },
          .forget_user = std::move(forget_user)};
}

void AddSilenceGauge(OpsServer& ops, const RevocationKeeper* keeper) {
  if (keeper == nullptr) return;
  ops.AddGauge("oofgg_revocation_silence_seconds",
               "For how long nothing was heard from the auth server, of logouts and bans.",
               [keeper] { return std::chrono::duration<double>(keeper->silence()).count(); });
}

struct RevocationKeeper::State : std::enable_shared_from_this<State> {
  State(std::shared_ptr<auth::RevocationList> list_in, RevocationActions actions_in, Executor& executor_in,
        const Clock& clock_in)
      : list(std::move(list_in)),
        actions(std::move(actions_in)),
        executor(executor_in),
        clock(clock_in),
        heard_at(clock.Now()) {}

  /// Under `gate`, but for the first time.
  void Watch() {
    if (stopped) return;
    call = client->revocations().Watch(
        [weak = weak_from_this()](const StatusOr<Revocations>& message) {
          if (const auto self = weak.lock()) self->Hear(message);
        },
        cursor);
  }

  void Hear(const StatusOr<Revocations>& message) {
    const std::lock_guard lock(gate);
    if (stopped) return;
    if (!message.ok()) return Refused(message.status());
    refused = false;
    HeardNow();
    cursor = message->cursor;
    for (const RevokedSession& session : message->sessions) {
      list->Add(session.session_id, session.until);
      actions.end_session(session.session_id);
    }
    if (actions.forget_user) {
      for (const DeletedUser& user : message->deleted_users) actions.forget_user(user);
    }
    if (!message->reset) return;
    Log(LogLevel::kWarning, "revocations",
        "some may have been missed; whoever is connected has to come back");
    actions.end_all();
  }

  void HeardNow() {
    const Duration silence = clock.Now() - heard_at.load();
    heard_at = clock.Now();
    if (std::exchange(silent, false)) {
      Log(LogLevel::kWarning, "revocations",
          "the auth server speaks again, after " +
              std::to_string(std::chrono::round<std::chrono::seconds>(silence).count()) + " s");
    }
    ListenForSilence();
  }

  /// Whoever is thrown out in a silence stays in here for as long.
  void ListenForSilence() {
    silence_timer = ScopedTimer(executor, DeadlineAfter(heard_at, kLongSilence), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      const std::lock_guard lock(self->gate);
      // It may have spoken while this waited for the lock.
      if (self->stopped || self->silent || self->clock.Now() - self->heard_at.load() < kLongSilence) return;
      self->silent = true;
      Log(LogLevel::kWarning, "revocations",
          "nothing heard from the auth server for 10 s: logouts and bans are not heard of (--auth)");
    });
  }

  /// The credential is not good, or not any more. It may be by the next attempt; the server goes on
  /// meanwhile.
  void Refused(const Status& status) {
    if (!std::exchange(refused, true)) {
      Log(LogLevel::kError, "revocations",
          "the auth server does not let us watch logouts and bans: " + std::string(status.message()) +
              " (--service-credential)");
    }
    timer = ScopedTimer(executor, DeadlineAfter(clock.Now(), kPauseAfterRefusal), [weak = weak_from_this()] {
      const auto self = weak.lock();
      if (!self) return;
      const std::lock_guard lock(self->gate);
      self->Watch();
    });
  }

  const std::shared_ptr<auth::RevocationList> list;
  const RevocationActions actions;
  Executor& executor;
  const Clock& clock;
  std::atomic<TimePoint> heard_at;
  std::mutex gate;  // Held while a callback runs, and guards what follows.
  bool stopped = false;
  bool refused = false;
  bool silent = false;
  std::string cursor;
  ScopedTimer timer;
  ScopedTimer silence_timer;
  Call call;
  std::unique_ptr<Client> client;
};

StatusOr<std::unique_ptr<RevocationKeeper>> RevocationKeeper::Start(
    const RevocationSettings& settings, const PeerSettings& peers, bool insecure,
    std::shared_ptr<auth::RevocationList> list, RevocationActions actions) {
  if (settings.auth.empty()) return nullptr;
  auto credential = ReadCredential(settings.credential_file);
  if (!credential.ok()) return Annotate(credential.status(), "--service-credential");
  OOFGG_ASSIGN_OR_RETURN(auto transport, TransportTo(settings, peers, insecure));
  auto own = std::make_unique<ThreadPool>(1);
  auto keeper = Over(std::move(transport), *std::move(credential), std::move(list), std::move(actions), *own);
  keeper->own_executor_ = std::move(own);
  return keeper;
}

std::unique_ptr<RevocationKeeper> RevocationKeeper::Over(std::shared_ptr<Transport> auth,
                                                         std::string credential,
                                                         std::shared_ptr<auth::RevocationList> list,
                                                         RevocationActions actions, Executor& executor,
                                                         const Clock& clock) {
  auto state = std::make_shared<State>(std::move(list), std::move(actions), executor, clock);
  ClientOptions options;
  options.callbacks = &executor;
  options.executor = &executor;
  options.clock = &clock;
  options.client_name = "oofgg server";
  options.service_credential = std::move(credential);
  state->client = std::make_unique<Client>(std::move(auth), std::move(options));
  {
    const std::lock_guard lock(state->gate);
    state->ListenForSilence();
  }
  state->Watch();
  return std::unique_ptr<RevocationKeeper>(new RevocationKeeper(std::move(state)));
}

RevocationKeeper::RevocationKeeper(std::shared_ptr<State> state) : state_(std::move(state)) {}

RevocationKeeper::~RevocationKeeper() {
  {
    const std::lock_guard lock(state_->gate);
    state_->stopped = true;
  }
  state_->client.reset();
}

Duration RevocationKeeper::silence() const { return state_->clock.Now() - state_->heard_at.load(); }

}  // namespace oofgg::servers
