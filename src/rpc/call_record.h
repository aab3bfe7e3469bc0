#pragma once

#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "rpc/call_stats.h"

namespace grpc {
class CallbackServerContext;
}

namespace oofgg::rpc {

class ServiceHost;

/// One call from its begin to its end: the id under which it can be found again, and what is counted and
/// logged of it. Threads: one at a time. Lifetime: `host` outlives it.
class CallRecord {
 public:
  /// The request id is the peer's metadata `x-request-id`, of 1 to 64 characters out of A-Z a-z 0-9 - _ . as
  /// Envoy sends, or else one of our own.
  /// `path` lasts for ever.
  CallRecord(const ServiceHost& host, CallStats::MethodId method, std::string_view path,
             const grpc::CallbackServerContext& call);

  [[nodiscard]] const std::string& request_id() const { return request_id_; }

  /// Once: the call has ended with `status`, which the peer then gets with the request id. A fault of ours is
  /// logged.
  [[nodiscard]] Status End(const Status& status) const;
  /// Likewise of a unary call, whose time counts.
  [[nodiscard]] Status EndTimed(const Status& status) const;

 private:
  void LogEnd(StatusCode code) const;

  const ServiceHost* host_;  // Not a reference: records move.
  CallStats::MethodId method_;
  std::string_view path_;
  TimePoint begun_;
  std::string request_id_;
};

/// The record of a call of method M of wire/methods.h.
template <class M>
[[nodiscard]] CallRecord RecordOf(const ServiceHost& host, const grpc::CallbackServerContext& call) {
  return {host, MethodIdOf<M>(), M::kPath, call};
}

}  // namespace oofgg::rpc
