#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>

#include "oofgg/stream.h"
#include "rpc/service_host.h"

namespace oofgg::rpc {

/// The life of one server-side stream, without gRPC's types: opens the handler, delivers what the peer says,
/// pulls what it should hear, and ends it in good order.
///
/// gRPC's callbacks and the domain's wake-ups come from any thread, at once. They only leave a mark and see
/// to it that the pump runs, once; the pump alone calls the hooks below, one at a time. It runs on the
/// executor, since handlers may block; but what is at hand (`StreamHandler::IsAtHand`) it delivers and writes
/// at once, on the thread that left the mark: a hop to another thread costs more than the message.
/// One message each way is outstanding at most, so a slow reader costs no queue, and a fast writer waits.
///
/// Lifetime: shared. The transport's share goes when the call is over; the domain may hold its own longer,
/// and every method is harmless then.
class StreamPump : public StreamHost, public std::enable_shared_from_this<StreamPump> {
 public:
  /// How long a peer that does not read is given for the last message before its stream is cut.
  static constexpr std::chrono::milliseconds kLastWriteTimeout{5'000};

  explicit StreamPump(ServiceHost& host) : host_(host) {}

  // For the domain.
  void Wake() final;
  void Finish(Status status) final;

 protected:
  /// Begins, once, for the session with that `sid`, let in as of `checked_in` (rpc/stream_registry.h);
  /// `refusal` ends the stream without opening it.
  void Start(const Status& refusal, std::string_view session_id = {},
             std::optional<std::uint64_t> checked_in = std::nullopt);
  /// What was read waits to be delivered; or, not `ok`, the peer has no more to say.
  void OnRead(bool ok);
  /// The message under way was written; or, not `ok`, the link is dead.
  void OnWritten(bool ok);
  /// The call was cancelled or its link died.
  void OnCancelled();

  // Hooks, called by the pump one at a time; none after `FinishCall`.

  /// Makes the handler.
  virtual Status OpenHandler() = 0;
  /// Whether `Deliver` and `StartWriting` wait for nothing now.
  [[nodiscard]] virtual bool IsAtHand() const = 0;
  /// Hands the handler what was read, and begins to read the next. An error is the peer's fault and ends it.
  virtual Status Deliver() = 0;
  /// Begins to read the first message, on streams whose client sends.
  virtual void StartReading() = 0;
  /// Begins to write the handler's next message; false if it has none now.
  virtual bool StartWriting() = 0;
  /// Closes the handler, if it was opened, and lets it go.
  virtual void CloseHandler() = 0;
  /// Ends the call; `OnDone` follows.
  virtual void FinishCall(const Status& status) = 0;
  /// Gives up on a peer that does not read: what is under way fails now.
  virtual void CancelCall() = 0;

 private:
  enum class Step { kRest, kOpen, kDeliver, kWrite, kCut, kClose, kFinish };

  void Mark(bool StreamPump::*mark);
  void Schedule(std::unique_lock<std::mutex> lock);
  void PumpHere();
  void PostPump();
  void Pump(int depth);
  [[nodiscard]] bool MayDoHere(Step step, int depth) const;
  Step NextStep();
  void Begin(Step step);
  void Do(Step step);
  void Open();
  void Write();
  void FinishNow();
  void Abandon();

  ServiceHost& host_;
  std::mutex mutex_;  // The hooks run without it: gRPC may call back inside them.
  bool scheduled_ = false;
  bool to_open_ = false;
  bool has_message_ = false;
  bool peer_gone_ = false;  // Half-closed, cancelled or dead: all that is left to do is to end.
  bool cancelled_ = false;
  bool woken_ = false;
  bool writing_ = false;
  bool to_cut_ = false;
  bool closed_ = false;
  bool finished_ = false;
  std::optional<Status> end_;  // Set by whoever wants it to end first.
  Executor::TimerId cut_timer_ = 0;
};

}  // namespace oofgg::rpc
