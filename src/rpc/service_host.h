#pragma once

#include <chrono>
#include <cstddef>
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
  ServiceHost(auth::Authorizer* authorizer, Executor& executor, Clock& clock)
      : authorizer_(authorizer), executor_(executor), clock_(clock), lane_(executor) {}
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;

  [[nodiscard]] auth::Authorizer* authorizer() const { return authorizer_; }
  [[nodiscard]] Executor& executor() const { return executor_; }
  [[nodiscard]] Clock& clock() const { return clock_; }
  /// Where methods run that nothing else is said of.
  [[nodiscard]] const Lane& lane() const { return lane_; }
  [[nodiscard]] StreamRegistry& streams() { return streams_; }

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
  AddressList proxies_;
};

}  // namespace oofgg::rpc
