#pragma once

#include <cstdint>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/redis/command_queue.h"

namespace oofgg::storage::redis {

/// What a `RedisClient` is made of: one link, or one to each master of a cluster. The contract of each method
/// is that of the client's.
class ClientCore {
 public:
  virtual ~ClientCore() = default;

  virtual void Shutdown() = 0;
  virtual void Send(PendingCommand command) = 0;
  [[nodiscard]] virtual Status WaitUntilUp(TimePoint deadline) = 0;
  [[nodiscard]] virtual std::uint64_t LinkNumber() const = 0;
  /// Whether this is the thread of the callbacks.
  [[nodiscard]] virtual bool OnItsThread() const = 0;
  /// Whether commands need their slot.
  [[nodiscard]] virtual bool is_cluster() const { return false; }
};

/// Whether waiting may heal it.
[[nodiscard]] inline bool MayPass(const Status& status) { return status.code() == StatusCode::kUnavailable; }

}  // namespace oofgg::storage::redis
