#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "oofgg/clock.h"
#include "oofgg/log.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

/// A record in Redis that stands in the way of a login: asked with little patience, and after a question that
/// went unanswered not at all for a while, so that logins go on. Threads: safe.
class SharedRecord {
 public:
  /// `what` is for the log.
  SharedRecord(std::string what, std::chrono::milliseconds timeout, std::chrono::milliseconds rest)
      : what_(std::move(what)), timeout_(timeout), rest_(rest) {}

  /// What `ask(deadline)`, a StatusOr, says; nothing while Redis is away.
  template <typename Ask>
  auto TryAsk(Ask ask) -> std::optional<typename decltype(ask(TimePoint()))::value_type> {
    const TimePoint now = Clock::System().Now();
    if (now < away_until_.load()) return std::nullopt;
    auto answer = ask(DeadlineAfter(now, timeout_));
    if (answer.ok()) return *std::move(answer);
    away_until_ = DeadlineAfter(now, timeout_ + rest_);
    Log(LogLevel::kWarning, "redis", what_ + ": " + std::string(answer.status().message()));
    return std::nullopt;
  }

 private:
  const std::string what_;
  const std::chrono::milliseconds timeout_;
  const std::chrono::milliseconds rest_;
  std::atomic<TimePoint> away_until_{TimePoint::min()};
};

/// The wall clock's time in µs, for a script; empty for Redis' own.
[[nodiscard]] std::string MicrosOf(const Clock* clock);

/// `PREFIX:HASH` of whatever is told apart by `parts`, so that who reads Redis cannot find a player by trying
/// their name.
[[nodiscard]] std::string HiddenName(std::string_view prefix, std::string_view name_key,
                                     std::initializer_list<std::string_view> parts);

}  // namespace oofgg::storage
