#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "oofgg/executor.h"

namespace oofgg {

/// How the kernel weighs threads against others of this process.
enum class ThreadPriority : std::uint8_t {
  kNormal,
  kLow,  ///< Runs when nobody else wants to, nearly: for bulk work beside which short calls stay quick.
};

/// Threads for costly work, such as hashing a password, behind a queue that cannot grow: what does not fit
/// is refused at once, so that a flood is told to come back instead of waiting past every deadline.
/// Threads: safe. Lifetime: the destructor runs what was accepted, then joins; not on one of its threads.
class BoundedExecutor {
 public:
  /// `threads` tasks run at once (at least one) while up to `max_queued` more wait.
  BoundedExecutor(std::size_t threads, std::size_t max_queued,
                  ThreadPriority priority = ThreadPriority::kNormal);
  ~BoundedExecutor();
  BoundedExecutor(const BoundedExecutor&) = delete;
  BoundedExecutor& operator=(const BoundedExecutor&) = delete;

  /// False if the queue is full: `task` is destroyed without running.
  [[nodiscard]] bool TryPost(Task task);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace oofgg
