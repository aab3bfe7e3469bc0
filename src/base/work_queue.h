#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <vector>

#include "oofgg/bounded_executor.h"
#include "oofgg/executor.h"

namespace oofgg::base {

/// A queue of tasks and the threads that run them. Threads: safe.
class WorkQueue {
 public:
  /// `max_queued` bounds the tasks that wait for a thread, those about to be taken by an idle one aside.
  explicit WorkQueue(std::size_t threads, std::size_t max_queued = std::numeric_limits<std::size_t>::max(),
                     ThreadPriority priority = ThreadPriority::kNormal);
  /// Stops.
  ~WorkQueue();

  /// False if the queue is full or stopped; `task` is then left to the caller.
  bool Push(Task& task);

  /// Runs what is queued, refuses what comes later and joins. Not on one of its own threads.
  void Stop();

 private:
  void Run();

  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  std::size_t idle_ = 0;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace oofgg::base
