#pragma once

#include <memory>
#include <optional>

#include "oofgg/status.h"

namespace oofgg {

/// The listener's half of a server-side stream, handed to the domain when a stream opens.
/// Threads: safe from any thread; no call blocks. None calls `OnMessage`, `OnClose` or `Open` inline, but
/// `Wake` may call the `Next` of a handler that says `IsAtHand`: hold no lock that `Next` takes.
class StreamHost {
 public:
  virtual ~StreamHost() = default;

  /// `StreamHandler::Next` may have something to say. Cheap, and may be called too often.
  virtual void Wake() = 0;

  /// Ends the stream with `status` once what `Next` still gives has been written.
  virtual void Finish(Status status) = 0;
};

/// The domain's half: one object a stream, made by a facade's `Open...` method.
///
/// Messages to the peer are *pulled*: the listener calls `Next` when the peer can take one more, so
/// that a slow reader costs no queue, and the domain decides what is still worth saying (the newest
/// state, the events since a cursor, or an error that the reader fell behind).
///
/// Threads: a listener calls `OnMessage`, `OnClose` and `Next` one at a time, never concurrently.
/// Lifetime: after `OnClose` no method is called again; the handler then drops its `StreamHost`.
template <typename In, typename Out>
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;

  /// The peer sent `message`. Never called on a server-streaming method.
  virtual void OnMessage(In message) = 0;

  /// The peer half-closed, cancelled, or its link died. Called exactly once.
  virtual void OnClose() = 0;

  /// The next message for the peer, or nothing for now.
  virtual std::optional<Out> Next() = 0;

  /// Whether `OnMessage` and `Next` are mere computations now, which wait for nothing: a listener may then
  /// call them on the thread that it is on, whichever it is. Called like the others, one at a time.
  [[nodiscard]] virtual bool IsAtHand() const { return false; }
};

template <typename In, typename Out>
using StreamHandlerPtr = std::shared_ptr<StreamHandler<In, Out>>;

}  // namespace oofgg
