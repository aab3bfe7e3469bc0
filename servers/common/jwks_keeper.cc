#include "servers/common/jwks_keeper.h"

#include <future>
#include <thread>
#include <utility>

#include "oofgg/log.h"
#include "oofgg/parse.h"

namespace oofgg::servers {
namespace {

using OnKeys = absl::AnyInvocable<void(StatusOr<auth::Jwks>)>;

/// Between attempts for the first keys, and between looks whether to stop.
constexpr std::chrono::milliseconds kStep{100};

bool IsUrl(const std::string& source) {
  return source.starts_with("http://") || source.starts_with("https://");
}

/// A key that somebody on the way can replace lets them in everywhere.
Status CheckConfidential(const std::string& source, bool insecure) {
  constexpr std::string_view kPlain = "http://";
  if (insecure || !source.starts_with(kPlain)) return {};
  const std::string authority =
      source.substr(kPlain.size(), source.find_first_of("/?#", kPlain.size()) - kPlain.size());
  const bool has_port = authority.rfind(':') != std::string::npos && !authority.ends_with(']');
  const auto address = ParseHostPort(has_port ? authority : authority + ":80");
  if (!address.ok()) return Annotate(address.status(), "--jwks");
  if (IsLoopback(address->host)) return {};
  return MakeStatus(StatusCode::kInvalidArgument, "--jwks: plain http to " + address->host +
                                                      " is not safe; use https, a file, or --insecure");
}

StatusOr<auth::Jwks> ParseReply(const StatusOr<HttpReply>& reply) {
  if (!reply.ok()) return reply.status();
  if (reply->status != 200) {
    return MakeStatus(StatusCode::kUnavailable, "answered " + std::to_string(reply->status));
  }
  return auth::Jwks::Parse(reply->body);
}

}  // namespace

struct JwksKeeper::State : std::enable_shared_from_this<State> {
  State(std::string source_in, auth::TokenVerifier& verifier_in, HttpClient& http_in, Executor& executor_in,
        const JwksKeeperOptions& options_in)
      : source(std::move(source_in)),
        verifier(verifier_in),
        http(http_in),
        executor(executor_in),
        options(options_in) {}

  void Fetch(OnKeys on_keys) {
    http.Send(
        {.url = source, .max_reply_bytes = auth::Jwks::kMaxBytes},
        [done = std::move(on_keys)](const StatusOr<HttpReply>& reply) mutable { done(ParseReply(reply)); });
  }

  StatusOr<auth::Jwks> FetchAndWait() {
    if (!IsUrl(source)) return auth::LoadJwksFile(source);
    const auto promise = std::make_shared<std::promise<StatusOr<auth::Jwks>>>();
    Fetch([promise](StatusOr<auth::Jwks> keys) { promise->set_value(std::move(keys)); });
    auto fetched = promise->get_future();
    while (fetched.wait_for(kStep) != std::future_status::ready) {
      if (Stopping()) return MakeStatus(StatusCode::kCancelled, "stopped before it had the first keys");
    }
    return fetched.get();
  }

  [[nodiscard]] bool Stopping() const { return options.stop && options.stop(); }

  [[nodiscard]] TimePoint Now() const {
    return (options.clock != nullptr ? *options.clock : Clock::System()).Now();
  }

  void ScheduleRefresh() {
    const std::lock_guard lock(mutex);
    ScheduleLocked();
  }

  void ScheduleLocked() {
    if (stopped) return;
    timer =
        executor.PostAt(Now() + options.refresh_interval, [self = shared_from_this()] { self->Refresh(); });
  }

  void Refresh() {
    if (!IsUrl(source)) return Take(auth::LoadJwksFile(source));
    const std::lock_guard lock(mutex);
    if (stopped) return;
    Fetch([weak = weak_from_this()](StatusOr<auth::Jwks> keys) {
      if (const auto self = weak.lock()) self->Take(std::move(keys));
    });
  }

  void Take(StatusOr<auth::Jwks> keys) {
    const std::lock_guard lock(mutex);
    if (stopped) return;
    if (keys.ok()) {
      verifier.SetKeys(*std::move(keys));
    } else {
      Log(LogLevel::kWarning, "jwks", "keeping the last keys: " + keys.status().ToString());
    }
    ScheduleLocked();
  }

  const std::string source;
  auth::TokenVerifier& verifier;
  HttpClient& http;
  Executor& executor;
  const JwksKeeperOptions options;
  std::mutex
      mutex;  // Held while `http` and `verifier` are used, so that none is once the destructor returned.
  bool stopped = false;
  Executor::TimerId timer = 0;
};

StatusOr<std::unique_ptr<JwksKeeper>> JwksKeeper::Start(const std::string& source,
                                                        auth::TokenVerifier& verifier, HttpClient& http,
                                                        Executor& executor,
                                                        const JwksKeeperOptions& options) {
  OOFGG_RETURN_IF_ERROR(CheckConfidential(source, options.insecure));
  auto state = std::make_shared<State>(source, verifier, http, executor, options);
  const auto give_up = std::chrono::steady_clock::now() + options.patience;
  StatusOr<auth::Jwks> keys = state->FetchAndWait();
  while (!keys.ok() && IsUrl(source) && !state->Stopping() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(kStep);
    keys = state->FetchAndWait();
  }
  if (!keys.ok()) return Annotate(keys.status(), "--jwks " + source);
  verifier.SetKeys(*std::move(keys));
  state->ScheduleRefresh();
  return std::unique_ptr<JwksKeeper>(new JwksKeeper(std::move(state)));
}

JwksKeeper::JwksKeeper(std::shared_ptr<State> state) : state_(std::move(state)) {}

JwksKeeper::~JwksKeeper() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->executor.Cancel(state_->timer);
}

}  // namespace oofgg::servers
