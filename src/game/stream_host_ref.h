#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "oofgg/stream.h"

namespace oofgg::game {

/// A stream's host, for whoever may still want to wake it while the stream closes: after `Drop` nothing
/// happens any more, and the host may go. Threads: safe.
class StreamHostRef {
 public:
  explicit StreamHostRef(std::shared_ptr<StreamHost> host) : host_(std::move(host)) {}

  void Wake() const {
    if (const auto host = Get()) host->Wake();
  }
  void Finish(Status status) const {
    if (const auto host = Get()) host->Finish(std::move(status));
  }
  void Drop() {
    std::shared_ptr<StreamHost> dropped;  // Goes when the lock is free again.
    const std::lock_guard lock(mutex_);
    dropped.swap(host_);
  }

 private:
  [[nodiscard]] std::shared_ptr<StreamHost> Get() const {
    const std::lock_guard lock(mutex_);
    return host_;
  }

  mutable std::mutex mutex_;
  std::shared_ptr<StreamHost> host_;
};

}  // namespace oofgg::game
