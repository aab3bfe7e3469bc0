#pragma once

#include <memory>
#include <set>

#include "oofgg/executor.h"
#include "oofgg/transport.h"
#include "testing/service_table.h"

namespace oofgg::testing {

class MemoryCall;
class MemoryStream;

/// One client's way to the services: a transport whose messages take `latency`, and which can be cut.
/// Threads: one.
class MemoryLink final : public Transport, public std::enable_shared_from_this<MemoryLink> {
 public:
  MemoryLink(const ServiceTable& services, const Clock& clock, Executor& executor, Duration latency)
      : services_(services), clock_(clock), executor_(executor), latency_(latency) {}

  std::unique_ptr<TransportHandle> StartUnary(TransportCall call, std::string request,
                                              OnReply on_reply) override;
  std::unique_ptr<TransportStream> StartStream(TransportCall call,
                                               TransportStreamCallbacks callbacks) override;

  void Drop();
  void Restore() { is_up_ = true; }
  void LoseNextReply() { loses_next_reply_ = true; }

 private:
  friend class MemoryCall;
  friend class MemoryStream;

  /// Runs `task` when a message sent now arrives.
  void After(Duration delay, Task task) {
    executor_.PostAt(DeadlineAfter(clock_.Now(), delay), std::move(task));
  }

  const ServiceTable& services_;
  const Clock& clock_;
  Executor& executor_;
  const Duration latency_;
  bool is_up_ = true;
  bool loses_next_reply_ = false;
  std::set<std::shared_ptr<MemoryCall>> calls_;  // Under way.
  std::set<std::shared_ptr<MemoryStream>> streams_;
};

[[nodiscard]] Status LinkIsDown();

/// What a status looks like after a journey over the wire.
[[nodiscard]] Status AsReceived(const Status& status);

}  // namespace oofgg::testing
