#include "oofgg/bounded_executor.h"

#include "base/work_queue.h"

namespace oofgg {

struct BoundedExecutor::Impl {
  Impl(std::size_t threads, std::size_t max_queued, ThreadPriority priority)
      : work(threads, max_queued, priority) {}

  base::WorkQueue work;
};

BoundedExecutor::BoundedExecutor(std::size_t threads, std::size_t max_queued, ThreadPriority priority)
    : impl_(std::make_unique<Impl>(threads, max_queued, priority)) {}

// The threads are joined before `impl_` goes, since a task that still runs may call `TryPost`.
BoundedExecutor::~BoundedExecutor() { impl_->work.Stop(); }

bool BoundedExecutor::TryPost(Task task) { return impl_->work.Push(task); }

}  // namespace oofgg
