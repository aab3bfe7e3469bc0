#include "servers/common/jwks_keeper.h"

#include <algorithm>
#include <future>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "oofgg/backoff.h"
#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "servers/common/trusted_keys.h"

namespace oofgg::servers {
namespace {

/// Between attempts for the first keys, and between looks whether to stop.
constexpr std::chrono::milliseconds kStep{100};
/// Bounds of the wait after a fetch that failed.
constexpr std::chrono::milliseconds kFirstRetry{1'000};
constexpr std::chrono::milliseconds kLastRetry{60'000};

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

/// What a fetch brought.
struct Fetched {
  std::optional<auth::Jwks> keys;  ///< None: those we have (304).
  std::string etag;
  std::optional<std::chrono::seconds> max_age;
};

using OnFetched = absl::AnyInvocable<void(StatusOr<Fetched>)>;

std::string HeaderOf(const HttpReply& reply, std::string_view name) {
  for (const auto& [key, value] : reply.headers) {
    if (key == name) return value;
  }
  return {};
}

/// RFC 9111 section 5.2.2.1.
std::optional<std::chrono::seconds> MaxAgeOf(const std::string& cache_control) {
  constexpr std::string_view kName = "max-age=";
  const std::size_t at = cache_control.find(kName);
  if (at == std::string::npos) return std::nullopt;
  const std::size_t begin = at + kName.size();
  const std::size_t end = cache_control.find_first_not_of("0123456789", begin);
  const auto seconds =
      ParseInteger<std::int64_t>(std::string_view(cache_control).substr(begin, end - begin), 0, 1 << 30);
  if (!seconds.ok()) return std::nullopt;
  return std::chrono::seconds(*seconds);
}

StatusOr<auth::Jwks> Usable(StatusOr<auth::Jwks> keys) {
  if (!keys.ok() || !keys->empty()) return keys;
  return MakeStatus(StatusCode::kFailedPrecondition, "holds no key that tokens could be verified with");
}

StatusOr<Fetched> ParseReply(const StatusOr<HttpReply>& reply, bool has_keys) {
  if (!reply.ok()) return reply.status();
  Fetched fetched = {.keys = std::nullopt,
                     .etag = HeaderOf(*reply, "etag"),
                     .max_age = MaxAgeOf(HeaderOf(*reply, "cache-control"))};
  if (reply->status == 304 && has_keys) return fetched;
  if (reply->status != 200) {
    return MakeStatus(StatusCode::kUnavailable, "answered " + std::to_string(reply->status));
  }
  OOFGG_ASSIGN_OR_RETURN(fetched.keys, Usable(auth::Jwks::Parse(reply->body)));
  return fetched;
}

StatusOr<Fetched> ReadKeys(const std::string& path) {
  OOFGG_ASSIGN_OR_RETURN(auth::Jwks keys, Usable(auth::LoadJwksFile(path)));
  return Fetched{.keys = std::move(keys), .etag = {}, .max_age = std::nullopt};
}

}  // namespace

struct JwksKeeper::State : std::enable_shared_from_this<State> {
  State(std::string source_in, auth::TokenVerifier& verifier_in, HttpClient& http_in, Executor& executor_in,
        const JwksKeeperOptions& options_in)
      : source(std::move(source_in)),
        verifier(verifier_in),
        http(http_in),
        executor(executor_in),
        options(options_in),
        backoff(options_in.random != nullptr ? *options_in.random : RandomSource::System(),
                {.initial = kFirstRetry, .maximum = kLastRetry}) {}

  void Send(OnFetched on_fetched) {
    HttpCall call{.url = source, .max_reply_bytes = auth::Jwks::kMaxBytes};
    if (!etag.empty()) call.headers.emplace_back("If-None-Match", etag);
    http.Send(std::move(call),
              [done = std::move(on_fetched), has_keys = !etag.empty()](
                  const StatusOr<HttpReply>& reply) mutable { done(ParseReply(reply, has_keys)); });
  }

  StatusOr<Fetched> FetchAndWait() {
    if (!IsUrl(source)) return ReadKeys(source);
    const auto promise = std::make_shared<std::promise<StatusOr<Fetched>>>();
    Send([promise](StatusOr<Fetched> fetched) { promise->set_value(std::move(fetched)); });
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

  void RefreshSoon() {
    const std::lock_guard lock(mutex);
    if (in_flight) return;
    const TimePoint when = (std::max)(Now(), last_fetch + options.unknown_key_interval);
    if (when < due) Schedule(when);
  }

  void Refresh() {
    const std::lock_guard lock(mutex);
    if (stopped || in_flight) return;
    executor.Cancel(timer);  // That of the regular turn, if this one came before it.
    last_fetch = Now();
    if (!IsUrl(source)) return Take(ReadKeys(source));
    in_flight = true;
    Send([weak = weak_from_this()](StatusOr<Fetched> fetched) {
      const auto self = weak.lock();
      if (self == nullptr) return;
      const std::lock_guard answer_lock(self->mutex);
      self->in_flight = false;
      self->Take(std::move(fetched));
    });
  }

  // The following are called with the lock held.

  void Take(StatusOr<Fetched> fetched) {
    if (stopped) return;
    if (!fetched.ok()) {
      Log(LogLevel::kWarning, "jwks", "keeping the last keys: " + fetched.status().ToString());
      return Schedule(Now() + (std::max)(backoff.Next(), kFirstRetry));
    }
    backoff.Reset();
    if (fetched->keys.has_value()) {
      TrustKeys(verifier, *std::move(fetched->keys), options.on_key_gone);
      etag = fetched->etag;
    }
    const std::chrono::milliseconds interval =
        fetched->max_age.value_or(std::chrono::duration_cast<std::chrono::seconds>(options.refresh_interval));
    Schedule(Now() + std::clamp(interval, options.least_interval, options.most_interval));
  }

  void Schedule(TimePoint when) {
    if (stopped) return;
    executor.Cancel(timer);
    due = when;
    timer = executor.PostAt(when, [self = shared_from_this()] { self->Refresh(); });
  }

  const std::string source;
  auth::TokenVerifier& verifier;
  HttpClient& http;
  Executor& executor;
  const JwksKeeperOptions options;
  std::mutex
      mutex;  // Held while `http` and `verifier` are used, so that none is once the destructor returned.
  Backoff backoff;
  std::string etag;
  bool stopped = false;
  bool in_flight = false;
  TimePoint last_fetch{};
  TimePoint due = kNever;
  Executor::TimerId timer = 0;
};

StatusOr<std::unique_ptr<JwksKeeper>> JwksKeeper::Start(const std::string& source,
                                                        auth::TokenVerifier& verifier, HttpClient& http,
                                                        Executor& executor,
                                                        const JwksKeeperOptions& options) {
  OOFGG_RETURN_IF_ERROR(CheckConfidential(source, options.insecure));
  auto state = std::make_shared<State>(source, verifier, http, executor, options);
  const auto give_up = std::chrono::steady_clock::now() + options.patience;
  StatusOr<Fetched> fetched = state->FetchAndWait();
  while (!fetched.ok() && IsUrl(source) && !state->Stopping() && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(kStep);
    fetched = state->FetchAndWait();
  }
  if (!fetched.ok()) return Annotate(fetched.status(), "--jwks " + source);
  {
    const std::lock_guard lock(state->mutex);
    state->last_fetch = state->Now();
    state->Take(std::move(fetched));
  }
  return std::unique_ptr<JwksKeeper>(new JwksKeeper(std::move(state)));
}

JwksKeeper::JwksKeeper(std::shared_ptr<State> state) : state_(std::move(state)) {}

void JwksKeeper::RefreshSoon() { state_->RefreshSoon(); }

JwksKeeper::~JwksKeeper() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->executor.Cancel(state_->timer);
}

}  // namespace oofgg::servers
