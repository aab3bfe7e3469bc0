#include "storage/redis/command_queue.h"

#include <algorithm>
#include <utility>

namespace oofgg::storage::redis {
namespace {

constexpr std::string_view kPing = "*1\r\n$4\r\nPING\r\n";

Status Lost(const Status& why, std::string_view what) {
  return MakeStatus(StatusCode::kUnavailable,
                    std::string(what) + ": " + std::string(why.message().data(), why.message().size()));
}

Status Cancelled() { return MakeStatus(StatusCode::kCancelled, "the Redis client is shutting down"); }

}  // namespace

Status CommandQueue::Push(PendingCommand& command) {
  const std::size_t commands = commands_.fetch_add(command.replies) + command.replies;
  const std::size_t bytes = bytes_.fetch_add(command.bytes.size()) + command.bytes.size();
  if (commands > max_commands_ || bytes > max_bytes_) {
    Forget(command);
    return MakeStatus(StatusCode::kResourceExhausted, "too many commands wait for Redis");
  }
  const std::lock_guard lock(mutex_);
  if (cancelled_) {
    Forget(command);
    return Cancelled();
  }
  pushed_.push_back(std::move(command));
  return absl::OkStatus();
}

void CommandQueue::TakePushed() {
  {
    const std::lock_guard lock(mutex_);
    taken_.swap(pushed_);
  }
  for (PendingCommand& command : taken_) {
    earliest_deadline_ = std::min(earliest_deadline_, command.deadline);
    if (open_ || command.idempotent || command.patient) {
      waiting_.push_back(std::move(command));
    } else {
      Finish(command, Lost(closed_because_, "no link to Redis"));
    }
  }
  taken_.clear();
}

void CommandQueue::Forget(const PendingCommand& command) {
  commands_ -= command.replies;
  bytes_ -= command.bytes.size();
}

void CommandQueue::Finish(PendingCommand& command, StatusOr<RedisReply> outcome) {
  Forget(command);
  if (!command.on_reply) return;
  if (sink_ != nullptr) return sink_->OnOutcome(std::move(command), std::move(outcome));
  command.on_reply(std::move(outcome));
}

void CommandQueue::Open() { open_ = true; }

void CommandQueue::Close(const Status& why) {
  open_ = false;
  closed_because_ = why;
  std::deque<PendingCommand> written;
  std::deque<PendingCommand> waiting;
  written.swap(written_);
  waiting.swap(waiting_);
  for (std::deque<PendingCommand>* queue : {&written, &waiting}) {
    const bool was_written = queue == &written;
    for (PendingCommand& command : *queue) {
      const bool waits = command.idempotent || (command.patient && !was_written);
      if (waits && command.on_reply) {
        command.gathered.clear();
        waiting_.push_back(std::move(command));
      } else {
        Finish(command, Lost(why, was_written ? "the link to Redis was lost, the outcome is unknown"
                                              : "the link to Redis was lost, nothing was sent"));
      }
    }
  }
}

void CommandQueue::Fill(std::string& out) {
  constexpr std::size_t kGoodWrite = 128 * 1024;
  while (!waiting_.empty() && out.size() < kGoodWrite) {
    out += waiting_.front().bytes;
    written_.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
}

void CommandQueue::AddPing(std::string& out) {
  PendingCommand ping;
  ++commands_;  // `Finish` takes it off again.
  written_.push_back(std::move(ping));
  out += kPing;
}

Status CommandQueue::Answer(RedisReply reply) {
  if (reply.kind == RedisReply::Kind::kPush) return absl::OkStatus();
  if (written_.empty()) return MakeStatus(StatusCode::kInternal, "Redis answered what nobody had asked");
  PendingCommand& first = written_.front();
  if (first.is_batch) {
    first.gathered.push_back(std::move(reply));
    if (first.gathered.size() < first.replies) return absl::OkStatus();
    reply = {.kind = RedisReply::Kind::kArray, .elements = std::move(first.gathered)};
  }
  const bool replica = leave_replicas_ && IsErrorOf(reply, "READONLY");
  // Left where it is, it goes to the next master.
  if (replica && first.idempotent) return StatusOfError(reply);
  PendingCommand command = std::move(first);
  written_.pop_front();
  if (sink_ != nullptr) {
    Finish(command, std::move(reply));
    return absl::OkStatus();
  }
  Status error = reply.is_error() ? StatusOfError(reply) : absl::OkStatus();
  if (error.ok() || command.takes_errors) {
    Finish(command, std::move(reply));
  } else {
    Finish(command, error);
  }
  return replica ? error : absl::OkStatus();
}

TimePoint CommandQueue::Tick(TimePoint now) {
  TakePushed();
  if (now >= earliest_deadline_) ExpireOverdue(now);
  return earliest_deadline_;
}

/// Looks at all, but only when the earliest that there was is due: commands with the usual deadlines are long
/// answered then, and the look finds the next such moment.
void CommandQueue::ExpireOverdue(TimePoint now) {
  earliest_deadline_ = kNever;
  std::vector<PendingCommand> late;
  for (PendingCommand& command : written_) {
    if (!command.on_reply) continue;
    if (command.deadline > now) {
      earliest_deadline_ = std::min(earliest_deadline_, command.deadline);
      continue;
    }
    PendingCommand told;
    told.replies = 0;  // Its place stays taken until it is answered.
    told.charged_commands = std::exchange(command.charged_commands, 0);
    told.charged_bytes = std::exchange(command.charged_bytes, 0);
    told.on_reply = std::exchange(command.on_reply, nullptr);
    late.push_back(std::move(told));
  }
  std::deque<PendingCommand> in_time;
  const std::size_t written_late = late.size();
  for (PendingCommand& command : waiting_) {
    if (command.deadline > now) {
      earliest_deadline_ = std::min(earliest_deadline_, command.deadline);
      in_time.push_back(std::move(command));
    } else {
      late.push_back(std::move(command));
    }
  }
  waiting_.swap(in_time);
  for (std::size_t i = 0; i < late.size(); ++i) {
    Finish(late[i], MakeStatus(StatusCode::kDeadlineExceeded,
                               i < written_late ? "Redis did not answer in time, the outcome is unknown"
                                                : "Redis could not be asked in time, nothing was sent"));
  }
}

void CommandQueue::Cancel() {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  open_ = true;  // So that what was pushed last joins the others.
  TakePushed();
  for (std::deque<PendingCommand>* queue : {&written_, &waiting_}) {
    for (PendingCommand& command : std::exchange(*queue, {})) Finish(command, Cancelled());
  }
}

std::vector<PendingCommand> CommandQueue::TakeWaiting() {
  std::vector<PendingCommand> taken;
  taken.reserve(waiting_.size());
  for (PendingCommand& command : std::exchange(waiting_, {})) {
    Forget(command);
    taken.push_back(std::move(command));
  }
  return taken;
}

std::vector<PendingCommand> CommandQueue::Retire(const Status& why) {
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
  }
  open_ = true;
  TakePushed();
  for (PendingCommand& command : waiting_) command.patient = true;
  Close(why);
  return TakeWaiting();
}

}  // namespace oofgg::storage::redis
