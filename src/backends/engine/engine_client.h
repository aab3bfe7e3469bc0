#pragma once

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backends/engine/engine_address.h"
#include "http/curl_client.h"
#include "oofgg/executor.h"
#include "oofgg/status.h"

namespace oofgg::backends {

/// One call of the Engine API.
struct EngineCall {
  std::string method = "GET";
  std::string path;    ///< Without the version: `/containers/json?all=1`.
  std::string body{};  ///< JSON, or empty.
  HttpHeaders headers{};
  std::chrono::milliseconds timeout{30'000};
  std::function<bool(std::string_view)> on_data{};  ///< As `HttpCall` has it; on the HTTP client's thread.
  std::chrono::milliseconds stall_timeout{0};
};

/// Speaks the API of a Docker engine, of the newest version that both know.
///
/// Threads: methods are called on `strand`, a serial executor, where callbacks run too. Lifetime: `strand`
/// must outlive it, or be closed first; callbacks that are then still owed are destroyed without running.
/// Errors: kNotFound, kAlreadyExists (409), kInvalidArgument, kPermissionDenied, kResourceExhausted (no
/// space, ports, addresses or memory), kUnavailable (the engine is away or in trouble), kDeadlineExceeded;
/// the message is the engine's own. "Not modified" is a success.
class EngineClient {
 public:
  using OnBody = absl::AnyInvocable<void(StatusOr<std::string> body)>;
  using OnTime = absl::AnyInvocable<void(StatusOr<std::int64_t> seconds)>;

  EngineClient(const EngineAddress& address, std::string version, Executor& strand);
  ~EngineClient();
  EngineClient(const EngineClient&) = delete;
  EngineClient& operator=(const EngineClient&) = delete;

  void Call(EngineCall call, OnBody on_body);

  /// Whether it answers, and what its clock says in seconds since 1970.
  void Ping(OnTime on_time);

 private:
  struct Waiting {
    EngineCall call;
    OnBody on_body;
  };

  void Send(EngineCall call, OnBody on_body);
  void Fetch(HttpCall call, absl::AnyInvocable<void(StatusOr<HttpReply>)> on_reply);
  void Negotiated(const Status& pinged);

  const std::string base_url_;
  const bool version_is_given_;
  Executor& strand_;
  std::string version_;  // Empty: not known yet.
  std::vector<Waiting> waiting_;
  http::CurlClient http_;  // Last: ends its calls before the rest goes.
};

/// The newest version that this client and a daemon, which says `daemon`, both know.
[[nodiscard]] std::string CommonVersion(std::string_view daemon);

/// What a reply of the engine means.
[[nodiscard]] Status EngineStatus(int http_status, std::string_view body);

/// `text` as the value of a query parameter.
[[nodiscard]] std::string QueryValue(std::string_view text);

}  // namespace oofgg::backends
