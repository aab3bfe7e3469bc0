#pragma once

#include <memory>
#include <string>

#include "auth/login_failures.h"
#include "auth/rate_limiter.h"
#include "auth/revocation_feed.h"
#include "oofgg/status.h"
#include "servers/common/server_flags.h"
#include "storage/redis/redis_client.h"

namespace oofgg::servers {

/// What replicas of oofgg-auth share by `--redis`: limits, waits after wrong passwords, and the news of
/// revocations. Without it all are null, and nothing is started.
class SharedState {
 public:
  /// `limit_key` names the buckets, the same on all replicas. Errors: kInvalidArgument (the URL),
  /// kUnavailable (it does not answer), kFailedPrecondition (it would forget what it acknowledged;
  /// `--allow-volatile-redis`).
  [[nodiscard]] static StatusOr<SharedState> Open(const ServerSettings& settings, std::string limit_key);

  [[nodiscard]] auth::RateLimiter* limiter() const { return limiter_.get(); }
  [[nodiscard]] auth::LoginFailures* failures() const { return failures_.get(); }
  [[nodiscard]] auth::RevocationFeed* feed() const { return feed_.get(); }

 private:
  std::unique_ptr<storage::RedisClient> redis_;
  std::unique_ptr<auth::RateLimiter> limiter_;
  std::unique_ptr<auth::LoginFailures> failures_;
  std::unique_ptr<auth::RevocationFeed> feed_;
};

}  // namespace oofgg::servers
