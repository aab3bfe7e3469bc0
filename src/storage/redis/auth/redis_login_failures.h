#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "auth/login_failures.h"
#include "storage/redis/auth/shared_record.h"
#include "storage/redis/redis_client.h"

namespace oofgg::storage {

struct RedisLoginFailuresOptions {
  /// As those of `RedisRateLimiterOptions`.
  std::chrono::milliseconds timeout{200};
  std::chrono::milliseconds rest{1000};
  std::size_t max_local_keys = 100'000;
  std::string name_key{};
  const Clock* clock = nullptr;
};

/// Wrong passwords in a row as all instances have seen them: keys `oofgg:failures:HASH`, gone by themselves.
/// Each method is one step and one round trip. While Redis is away each instance goes by what it sees itself,
/// as with the limits. Threads: safe; not inside callbacks of `client`, which must outlive the record.
class RedisLoginFailures final : public auth::LoginFailures {
 public:
  explicit RedisLoginFailures(RedisClient& client, RedisLoginFailuresOptions options = {});

  [[nodiscard]] Verdict Look(const auth::LoginPlace& place) override;
  void NoteWrong(const auth::LoginPlace& place, const auth::FailureRule& rule) override;
  void NoteRight(const auth::LoginPlace& place) override;

 private:
  /// Nothing while Redis is away.
  std::optional<Verdict> Do(std::string_view what, const auth::LoginPlace& place,
                            const auth::FailureRule& rule);

  RedisClient& client_;
  const RedisLoginFailuresOptions options_;
  SharedRecord shared_;
  auth::MemoryLoginFailures local_;
};

}  // namespace oofgg::storage
