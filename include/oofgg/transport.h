#pragma once

#include <absl/functional/any_invocable.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg {

/// Lower-case names as in HTTP/2.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// What a transport must know of a call. Everything above it is bytes.
struct TransportCall {
  std::string method;  ///< Full gRPC path, such as `/v1.api.auth.AuthService/Login`.
  Metadata metadata;   ///< Values are printable ASCII; anything else ends the call with kInvalidArgument.
  TimePoint deadline = kNever;  ///< Sent as time remaining; `kDeadlineExceeded` when it passes.
};

/// A call under way. Dropping it cancels the call, and its callbacks then never run; if one is
/// running on another thread, the destructor waits for it. A callback may drop its own call.
class TransportHandle {
 public:
  virtual ~TransportHandle() = default;
};

/// A stream under way. Dropping it cancels, as above. Threads: safe from any thread.
class TransportStream : public TransportHandle {
 public:
  /// Queues one message. The transport bounds its queue, at 512 messages: false means full or closed, and
  /// nothing sent.
  virtual bool Write(std::string message) = 0;
  /// No more messages from our side.
  virtual void HalfClose() = 0;
};

/// Callbacks of a stream: accepted at most once, any number of messages, then exactly one close. Never
/// concurrent.
struct TransportStreamCallbacks {
  /// The other side has let the call in; not if it refuses it, or cannot be reached. May be empty.
  absl::AnyInvocable<void()> on_accepted{};
  absl::AnyInvocable<void(std::string message)> on_message;
  absl::AnyInvocable<void(Status status)> on_closed;
};

/// Moves bytes: method, metadata and deadline out; message, status and details back. Retries, tokens
/// and encoding live above, so that a new transport touches no service.
///
/// Threads: safe from any thread. Callbacks run on threads of the transport's choosing, never inside
/// the call that starts them, and must not block.
/// Lifetime: must outlive the handles and streams it gave.
/// Errors: a `google.rpc.Status` in the trailers comes back as the details of oofgg/status.h.
class Transport {
 public:
  using OnReply = absl::AnyInvocable<void(StatusOr<std::string> reply)>;

  virtual ~Transport() = default;
  [[nodiscard]] virtual std::unique_ptr<TransportHandle> StartUnary(TransportCall call, std::string request,
                                                                    OnReply on_reply) = 0;
  [[nodiscard]] virtual std::unique_ptr<TransportStream> StartStream(TransportCall call,
                                                                     TransportStreamCallbacks callbacks) = 0;
};

}  // namespace oofgg
