#include "storage/redis/link.h"

#include <poll.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::storage::redis {
namespace {

constexpr std::chrono::seconds kQuietAtFirst{10};

TimePoint Now() { return Clock::System().Now(); }

/// Who is woken late shares processors with too many: longer pauses leave them more.
Duration PauseAfter(Duration late, Duration usual) { return std::clamp(late * 4, usual, usual * 16); }

std::string Words(const Status& status) { return {status.message().data(), status.message().size()}; }

}  // namespace

/// One call of `Dial` on a thread of its own.
class Link::Attempt {
 public:
  explicit Attempt(Link& link) : link_(link) {
    link_.hang_up_.Silence();
    link_.dialed_.Silence();
    thread_ = std::thread([this] {
      BlockSigpipe();
      result_ = link_.dialer_.Dial(link_.hang_up_);
      link_.dialed_.Ring();
    });
  }
  ~Attempt() {
    link_.hang_up_.Ring();
    if (thread_.joinable()) thread_.join();
  }
  Attempt(const Attempt&) = delete;
  Attempt& operator=(const Attempt&) = delete;

  /// Once `dialed_` has rung.
  [[nodiscard]] StatusOr<std::unique_ptr<Connection>> Take() {
    thread_.join();
    return std::move(result_);
  }

 private:
  Link& link_;
  StatusOr<std::unique_ptr<Connection>> result_;
  std::thread thread_;
};

Link::Link(LinkUser& user, RedisOptions options, Dialer::FindHosts find_hosts)
    : user_(user),
      dialer_(std::move(options), std::move(find_hosts)),
      backoff_(RandomSource::System(), dialer_.options().backoff) {
  thread_ = std::thread([this] {
    Run();
    ended_ = true;
  });
}

void Link::BeginToStop() {
  stopping_ = true;
  Wake();
}

void Link::Stop() {
  BeginToStop();
  if (thread_.joinable()) thread_.join();
}

void Link::Wake() {
  if (!rung_.exchange(true)) bell_.Ring();
}

void Link::Redial() {
  redial_ = true;
  Wake();
}

/// The flag falls before the user looks for work: who brings some afterwards rings again.
void Link::HearBell() {
  bell_.Silence();
  rung_ = false;
}

void Link::Run() {
  thread_id_ = std::this_thread::get_id();
  BlockSigpipe();
  report_from_ = DeadlineAfter(Now(), kQuietAtFirst);
  while (!stopping_) {
    const std::unique_ptr<Connection> connection = Establish();
    if (connection == nullptr) return;
    redial_ = false;
    const TimePoint up_at = Now();
    Log(LogLevel::kInfo, "redis", "connected to " + FormatHostPort(connection->peer()));
    report_from_ = TimePoint::min();
    user_.OnUp(connection->peer());
    const Status end = Serve(*connection);
    if (stopping_) return;
    // Whatever ended it, another link may do.
    const std::string why = FormatHostPort(connection->peer()) + ": " + Words(end);
    Log(LogLevel::kWarning, "redis", "lost the link to " + why);
    user_.OnDown(MakeStatus(StatusCode::kUnavailable, why));
    // Not sooner: to a server that takes connections and closes them there is no hurry to come back.
    if (Now() - up_at >= dialer_.options().backoff.maximum) backoff_.Reset();
    Rest(DeadlineAfter(Now(), backoff_.Next()));
  }
}

std::unique_ptr<Connection> Link::Establish() {
  while (!stopping_) {
    {
      Attempt attempt(*this);
      std::array<pollfd, 2> watched{pollfd{dialed_.fd(), POLLIN, 0}, pollfd{bell_.fd(), POLLIN, 0}};
      while (!stopping_ && watched[0].revents == 0) {
        const TimePoint next = user_.OnTime(Now());
        if (poll(watched.data(), watched.size(), PollTimeout(Now(), next)) < 0) continue;
        if (watched[1].revents != 0) HearBell();
      }
      if (stopping_) return nullptr;
      auto connection = attempt.Take();
      if (connection.ok()) {
        reported_ = absl::OkStatus();
        return *std::move(connection);
      }
      ReportFailure(connection.status());
      user_.OnNoLink(connection.status());
    }
    Rest(DeadlineAfter(Now(), backoff_.Next()));
  }
  return nullptr;
}

/// Once for each way to fail: the attempts go on, once a second, for as long as it takes. Who waits for the
/// first link is told why there is none, so the log need not.
void Link::ReportFailure(const Status& why) {
  if (why == reported_ || Now() < report_from_) return;
  reported_ = why;
  Log(LogLevel::kWarning, "redis", Words(why));
}

void Link::Rest(TimePoint until) {
  for (TimePoint now = Now(); now < until && !stopping_; now = Now()) {
    const TimePoint next = std::min(user_.OnTime(now), until);
    pollfd watched{bell_.fd(), POLLIN, 0};
    if (poll(&watched, 1, PollTimeout(now, next)) > 0) HearBell();
  }
}

Status Link::Serve(Connection& connection) {
  const RedisOptions& options = dialer_.options();
  const auto on_reply = [this](RedisReply reply) { return user_.OnReply(std::move(reply)); };
  TimePoint heard_at = Now();
  TimePoint read_from = heard_at;
  TimePoint dead_at = kNever;  // Once it has been asked whether it lives.
  while (true) {
    if (stopping_) return MakeStatus(StatusCode::kCancelled, "the Redis client is shutting down");
    if (redial_) return MakeStatus(StatusCode::kUnavailable, "Redis has another master");
    const TimePoint now = Now();
    TimePoint next = user_.OnTime(now);
    if (dead_at == kNever && now - heard_at >= options.ping_after) {
      user_.AddPing(connection.out());
      dead_at = now + (options.dead_after - options.ping_after);
    }
    next = std::min(next, dead_at == kNever ? heard_at + options.ping_after : dead_at);
    OOFGG_RETURN_IF_ERROR(Write(connection));
    short events = connection.Events();
    const bool pauses = now < read_from;
    if (pauses) {
      events = static_cast<short>(events & ~POLLIN);
      next = std::min(next, read_from);
    }
    std::array<pollfd, 2> watched{pollfd{connection.fd(), events, 0}, pollfd{bell_.fd(), POLLIN, 0}};
    if (poll(watched.data(), watched.size(), PollTimeout(Now(), next)) < 0) continue;
    if (watched[1].revents != 0) HearBell();
    const Duration late = pauses ? Now() - read_from : Duration(0);
    if (late < Duration(0)) continue;
    OOFGG_ASSIGN_OR_RETURN(const bool came, connection.Receive(on_reply));
    if (came) {
      heard_at = Now();
      read_from = heard_at + PauseAfter(late, options.read_pause);
      dead_at = kNever;
    } else if (Now() >= dead_at) {  // Judged after reading, as it may be us who slept.
      return MakeStatus(StatusCode::kUnavailable, "Redis has fallen silent");
    }
  }
}

Status Link::Write(Connection& connection) {
  while (true) {
    if (connection.out().empty()) user_.Fill(connection.out());
    if (connection.out().empty()) return absl::OkStatus();
    OOFGG_RETURN_IF_ERROR(connection.Flush());
    if (!connection.out().empty()) return absl::OkStatus();
  }
}

}  // namespace oofgg::storage::redis
