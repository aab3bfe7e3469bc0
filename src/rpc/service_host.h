#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/address_list.h"
#include "oofgg/bounded_executor.h"
#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/token_bucket.h"
#include "rpc/call_stats.h"
#include "rpc/stream_registry.h"

namespace oofgg::auth {
class Authorizer;
}

namespace oofgg::rpc {

/// Where the methods of a service run: facades block, and gRPC's own threads must not.
/// Threads: safe. What it is made of must outlive it.
class Lane {
 public:
  /// On an executor that takes everything.
  explicit Lane(Executor& executor) : executor_(&executor) {}
  /// On one that sheds: callers are told to come back after `retry_after`.
  Lane(BoundedExecutor& executor, std::chrono::milliseconds retry_after)
      : bounded_(&executor), retry_after_(retry_after) {}

  /// Runs `task` soon. kResourceExhausted with the delay: there is no room, and the task was destroyed.
  [[nodiscard]] Status Run(Task task) const;

 private:
  Executor* executor_ = nullptr;
  BoundedExecutor* bounded_ = nullptr;
  std::chrono::milliseconds retry_after_{0};
};

/// A way into a server that keeps something open, besides gRPC's streams.
struct Door {
  std::function<void(std::string_view session_id)> end_session;  ///< As `ServiceHost::EndSession`.
  std::function<void()> send_away;                               ///< As `ServiceHost::SendAway`.
};

/// What all services of one server share. Lifetime: outlives the services and the RpcServer; what it is made
/// of outlives it.
class ServiceHost {
 public:
  /// `authorizer` may be null where no method needs a token.
  ServiceHost(auth::Authorizer* authorizer, Executor& executor, Clock& clock);
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;

  [[nodiscard]] auth::Authorizer* authorizer() const { return authorizer_; }
  [[nodiscard]] Executor& executor() const { return executor_; }
  [[nodiscard]] Clock& clock() const { return clock_; }
  /// Where methods run that nothing else is said of.
  [[nodiscard]] const Lane& lane() const { return lane_; }
  [[nodiscard]] StreamRegistry& streams() { return streams_; }
  [[nodiscard]] CallStats& calls() const { return *calls_; }

  /// For a call that came without one; unlike all others of this process, and most likely of the others.
  [[nodiscard]] std::string MakeRequestId() const;
  /// Logs each call's end, for who looks for one. Before the server serves.
  void LogCalls() { logs_calls_ = true; }
  [[nodiscard]] bool logs_calls() const { return logs_calls_; }
  /// Logs a failure that is no fault of the caller's, but no more than a few a second.
  void LogFault(std::string_view method_path, const Status& status) const;

  /// Holds calls without a token to `limit` for each address (a /64 of IPv6), but for this machine. Before
  /// the server serves.
  void LimitAnonymousCalls(RateLimit limit);
  /// kResourceExhausted with the delay: too many from there.
  [[nodiscard]] Status AdmitAnonymous(const std::string& peer_address) const;

  /// Believes these about whom they speak for (`x-forwarded-for`). Before the server serves.
  void TrustProxies(AddressList proxies) { proxies_ = std::move(proxies); }
  [[nodiscard]] const AddressList& proxies() const { return proxies_; }

  /// Ends whatever the session with this `sid` has open at any door of the server. For a revocation feed,
  /// once the authorizer refuses the session's tokens. Threads: safe from any thread.
  void EndSession(std::string_view session_id);
  /// Ends what is open at any door by a token, so that its holder comes back with a fresh one: for when it is
  /// not known any more whose sessions go on, or which tokens are good. Threads: safe from any thread.
  void SendAway();
  /// Names a door besides gRPC's streams. Before the server serves; what its functions use outlives this.
  void AddDoor(Door door) { doors_.push_back(std::move(door)); }

 private:
  auth::Authorizer* authorizer_;
  Executor& executor_;
  Clock& clock_;
  Lane lane_;
  StreamRegistry streams_;
  std::vector<Door> doors_;
  std::unique_ptr<KeyedTokenBuckets> anonymous_;
  const std::string id_prefix_;
  mutable std::atomic<std::uint32_t> last_id_ = 0;
  bool logs_calls_ = false;
  mutable TokenBucket fault_lines_;
  mutable std::atomic<std::uint64_t> unlogged_faults_ = 0;
  // Last, as its end comes after what calls did with all of the above.
  const std::unique_ptr<CallStats> calls_ = std::make_unique<CallStats>();
  AddressList proxies_;
};

}  // namespace oofgg::rpc
