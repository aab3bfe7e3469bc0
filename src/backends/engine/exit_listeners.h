#pragma once

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "orchestration/container_backend.h"

namespace oofgg::backends {

/// Who is told of a fleet's servers that end. Threads: safe; one that was replaced or removed is not running
/// any more, and never runs again.
class ExitListeners {
 public:
  using OnExit = orchestration::ContainerBackend::OnExit;

  /// An empty one removes.
  void Set(const std::string& fleet, OnExit on_exit) {
    const std::lock_guard lock(mutex_);
    if (on_exit) {
      listeners_[fleet] = std::move(on_exit);
    } else {
      listeners_.erase(fleet);
    }
  }

  [[nodiscard]] bool Has(const std::string& fleet) const {
    const std::lock_guard lock(mutex_);
    return listeners_.contains(fleet);
  }

  /// False if nobody listens.
  bool Tell(const std::string& fleet, orchestration::ServerExit exit) {
    const std::lock_guard lock(mutex_);
    const auto listener = listeners_.find(fleet);
    if (listener == listeners_.end()) return false;
    listener->second(std::move(exit));
    return true;
  }

 private:
  mutable std::mutex mutex_;  // Held while one runs.
  std::map<std::string, OnExit> listeners_;
};

}  // namespace oofgg::backends
