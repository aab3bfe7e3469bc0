#include "storage/postgres/job.h"

namespace oofgg::storage {

std::optional<PgJob::Answer> PgJob::Wait(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  finished_.wait_until(lock, deadline, [this] { return answer_.has_value(); });
  wanted_ = false;
  return std::move(answer_);
}

bool PgJob::WasSent() {
  const std::lock_guard lock(mutex_);
  return sent_;
}

void PgJob::SetSent() {
  const std::lock_guard lock(mutex_);
  sent_ = true;
}

bool PgJob::IsWanted() {
  const std::lock_guard lock(mutex_);
  return wanted_;
}

void PgJob::Finish(Answer answer) {
  if (answer.ok()) answer->set_repeated(lost_);
  {
    const std::lock_guard lock(mutex_);
    answer_ = std::move(answer);
  }
  finished_.notify_one();
}

}  // namespace oofgg::storage
