#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "storage/redis/bell.h"
#include "storage/redis/connection.h"
#include "storage/redis/redis_options.h"

namespace oofgg::storage::redis {

/// Opens connections that are ready for use: the master found (Sentinel), TLS, logged in, database chosen,
/// and the server done with loading its data. Waits; for a thread of its own. Threads: one at a time.
class Dialer {
 public:
  /// Whom to dial, in this order.
  using FindHosts = std::function<std::vector<HostPort>()>;

  explicit Dialer(RedisOptions options, FindHosts find_hosts = nullptr)
      : options_(std::move(options)), find_hosts_(std::move(find_hosts)) {}

  /// Errors: kUnavailable (nobody there, not ready, no master), kPermissionDenied (password, ACL,
  /// certificate), kFailedPrecondition (a file of ours is of no use), kCancelled (`stop` rang). Their
  /// messages name the server.
  [[nodiscard]] StatusOr<std::unique_ptr<Connection>> Dial(const Bell& stop);

  [[nodiscard]] const RedisOptions& options() const { return options_; }

 private:
  [[nodiscard]] StatusOr<std::unique_ptr<Connection>> DialMaster(const Bell& stop);
  [[nodiscard]] StatusOr<HostPort> AskSentinel(const HostPort& sentinel, const Bell& stop) const;
  [[nodiscard]] StatusOr<std::unique_ptr<Connection>> DialServer(const HostPort& server,
                                                                 const Bell& stop) const;
  [[nodiscard]] Status LogIn(Connection& connection, TimePoint deadline, const Bell& stop) const;

  const RedisOptions options_;
  const FindHosts find_hosts_;      // Empty: the URL's.
  std::size_t first_sentinel_ = 0;  // The one that knew last time.
};

}  // namespace oofgg::storage::redis
