#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "client/callback_queue.h"
#include "client/core.h"

namespace oofgg::internal {

/// A wait for the session's next refresh. Dropping it leaves that under way, as others may wait for it too.
class RefreshCall final : public Operation, public std::enable_shared_from_this<RefreshCall> {
 public:
  using OnDone = std::function<void(StatusOr<SessionTokens>)>;

  RefreshCall(std::shared_ptr<ClientCore> core, Executor& callbacks, const CallOptions& options,
              OnDone on_done);

  /// Cancels it at once if the client is gone.
  void Start();
  void Cancel() override;

  [[nodiscard]] const ClientCore& core() const { return *core_; }
  [[nodiscard]] TimePoint deadline() const { return deadline_; }

 private:
  void Finish(StatusOr<SessionTokens> outcome);

  const std::shared_ptr<ClientCore> core_;
  const TimePoint deadline_;
  CallbackQueue callbacks_;
  std::mutex mutex_;
  OnDone on_done_;  // Taken by whoever sets finished_.
  bool finished_ = false;
  ScopedTimer timer_;
};

}  // namespace oofgg::internal
