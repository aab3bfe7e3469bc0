#pragma once

#include <atomic>
#include <mutex>
#include <optional>

#include "oofgg/stream.h"
#include "presence/presence_host.h"

namespace oofgg::presence {

/// A listener's half that only remembers, of a stream or of a connection. Threads: safe.
class FakeHost final : public StreamHost, public PresenceHost {
 public:
  void Wake() override { ++wakes_; }
  void Wake(HostTag) override { ++wakes_; }
  void Finish(HostTag, Status status) override { Finish(std::move(status)); }
  void Finish(Status status) override {
    const std::lock_guard lock(mutex_);
    finished_ = std::move(status);
  }

  [[nodiscard]] int TakeWakes() { return wakes_.exchange(0); }
  [[nodiscard]] std::optional<Status> finished() const {
    const std::lock_guard lock(mutex_);
    return finished_;
  }

 private:
  std::atomic<int> wakes_{0};
  mutable std::mutex mutex_;
  std::optional<Status> finished_;
};

}  // namespace oofgg::presence
