#pragma once

#include <absl/functional/any_invocable.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oofgg/status.h"

namespace oofgg {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One HTTP exchange to be made.
struct HttpCall {
  std::string method = "GET";
  std::string url;  ///< Absolute, `http` or `https`, sent as it is: no dot segment is folded.
  HttpHeaders headers{};
  std::string body{};
  std::chrono::milliseconds timeout{5000};             ///< Whole exchange, connecting included; 0: none.
  std::size_t max_reply_bytes = std::size_t{1} << 20;  ///< A longer body is an error.
  /// Takes the body of a 2xx reply piece by piece, however long it is, on the client's thread; false ends the
  /// call with kCancelled. An empty piece comes first, with the headers. Other bodies are in the reply as
  /// ever.
  std::function<bool(std::string_view piece)> on_data{};
  /// How long nothing may come, counted in whole seconds; 0: no limit. For streams, which have no end in
  /// time.
  std::chrono::milliseconds stall_timeout{0};
};

struct HttpReply {
  int status = 0;
  HttpHeaders headers{};  ///< Names in lower case.
  std::string body{};
};

/// Makes HTTP calls. Redirects are not followed and nothing is retried: that is for whoever knows
/// whether a repetition is harmless.
///
/// Threads: safe from any thread. `on_reply` runs exactly once, on a thread of the client's choosing,
/// never inside `Send`, and must not block.
/// Errors: any status code is a reply, not an error. kUnavailable (no connection, or it broke),
/// kDeadlineExceeded (`timeout` or `stall_timeout` ran out), kInvalidArgument (the URL), kResourceExhausted
/// (the reply is over `max_reply_bytes`), kCancelled (the client was destroyed, or `on_data` wants no more).
class HttpClient {
 public:
  using OnReply = absl::AnyInvocable<void(StatusOr<HttpReply> reply)>;

  virtual ~HttpClient() = default;
  virtual void Send(HttpCall call, OnReply on_reply) = 0;
};

}  // namespace oofgg
