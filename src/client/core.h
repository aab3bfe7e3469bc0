#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <mutex>

#include "client/lazy_thread.h"
#include "oofgg/call.h"
#include "oofgg/client_options.h"
#include "oofgg/serial_executor.h"
#include "oofgg/transport.h"

namespace oofgg::internal {

class Session;

/// What the small clients of one Client share: its transport, its threads, its session, and a list of all
/// that is under way.
///
/// Lifetime: operations hold it, so that its memory outlives a late callback; `Shutdown` ends its life in all
/// other ways: what comes later is dropped. After an operation's Cancel it touches nothing here but `Forget`.
/// Threads: safe from any thread. Locks: an operation's own lock may be held while the transport's or a
/// CallbackQueue's is taken; never the list's or the session's.
class ClientCore : public std::enable_shared_from_this<ClientCore> {
 public:
  ClientCore(std::shared_ptr<Transport> transport, ClientOptions options);
  ~ClientCore();

  /// Cancels every operation, waits for callbacks on other threads, lets go of the transport, joins threads.
  void Shutdown();

  [[nodiscard]] const ClientOptions& options() const { return options_; }
  [[nodiscard]] const Clock& clock() const { return *options_.clock; }
  [[nodiscard]] RandomSource& random() const { return *options_.random; }
  [[nodiscard]] Transport& transport() const { return *transport_; }
  [[nodiscard]] Session& session() const { return *session_; }
  /// The client's own work, one task at a time: timers and waits for the token store.
  [[nodiscard]] Executor& executor() { return serial_; }
  /// Where the user wants callbacks.
  [[nodiscard]] Executor& callbacks() {
    return options_.callbacks != nullptr ? *options_.callbacks : own_callbacks_;
  }

  /// Keeps `operation` alive until Forget, and cancels it on Shutdown. False after Shutdown: it must not
  /// begin.
  [[nodiscard]] bool Remember(const std::shared_ptr<Operation>& operation);
  void Forget(const Operation* operation);

  /// When a call that begins now must have ended.
  [[nodiscard]] TimePoint DeadlineOf(const CallOptions& options) const;

 private:
  ClientOptions options_;
  std::shared_ptr<Transport> transport_;
  LazyThread own_thread_;
  LazyThread own_callbacks_;  // Another thread, so that a callback may make a blocking call.
  SerialExecutor serial_;
  std::unique_ptr<Session> session_;
  std::mutex mutex_;
  bool closed_ = false;
  absl::flat_hash_map<const Operation*, std::shared_ptr<Operation>> operations_;
};

}  // namespace oofgg::internal
