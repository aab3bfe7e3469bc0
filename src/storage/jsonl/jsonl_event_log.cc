#include "storage/jsonl/jsonl_event_log.h"

#include <utility>

#include "oofgg/log.h"
#include "storage/jsonl/json_line.h"

namespace oofgg::storage {

StatusOr<std::unique_ptr<JsonlEventLog>> JsonlEventLog::Open(const std::string& folder, const Clock& clock,
                                                             JsonlOptions options) {
  OOFGG_ASSIGN_OR_RETURN(LogFile file, LogFile::Open(folder));
  return std::unique_ptr<JsonlEventLog>(new JsonlEventLog(std::move(file), clock, options));
}

JsonlEventLog::JsonlEventLog(LogFile file, const Clock& clock, JsonlOptions options)
    : clock_(clock), options_(options), file_(std::move(file)), writer_([this] { Run(); }) {}

JsonlEventLog::~JsonlEventLog() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  writer_.join();
}

void JsonlEventLog::Append(EventRecord record) {
  const std::string line = ToJsonLine(record);
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.size() + line.size() > options_.max_waiting_bytes) {
      ++dropped_;
      ++unreported_;
      return;
    }
    first = waiting_.empty();
    waiting_ += line;
    ++waiting_records_;
  }
  if (first) work_.notify_one();
}

Status JsonlEventLog::Flush() {
  std::unique_lock lock(mutex_);
  const std::uint64_t mine = ++flush_asked_;
  work_.notify_one();
  flushed_.wait(lock, [&] { return flush_done_ >= mine; });
  return flush_status_;
}

std::uint64_t JsonlEventLog::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void JsonlEventLog::Run() {
  std::unique_lock lock(mutex_);
  for (bool last = false; !last;) {
    work_.wait(lock, [this] { return stopping_ || !waiting_.empty() || flush_asked_ != flush_done_; });
    const auto is_urgent = [this] { return stopping_ || flush_asked_ != flush_done_; };
    work_.wait_for(lock, options_.gather, is_urgent);
    last = stopping_;
    std::string lines = std::exchange(waiting_, {});
    const std::uint64_t records = std::exchange(waiting_records_, 0);
    const std::uint64_t flush = flush_asked_;
    const std::uint64_t lost = std::exchange(unreported_, 0);
    const bool sync = last || flush != flush_done_;
    lock.unlock();

    if (lost > 0) {
      lines += ToJsonLine(
          {clock_.WallNow(), "log.dropped", "event_log", {{"records", static_cast<std::int64_t>(lost)}}});
    }
    Status status = WriteBatch(lines);
    const bool written = status.ok();
    if (status.ok() && sync) status = file_.Sync();

    lock.lock();
    if (!written) {
      dropped_ += records;
      unreported_ += records + lost;
    }
    if (!status.ok() && !lines.empty()) Log(LogLevel::kError, "event_log", std::string(status.message()));
    flush_done_ = flush;
    flush_status_ = std::move(status);
    flushed_.notify_all();
  }
}

Status JsonlEventLog::WriteBatch(const std::string& lines) {
  if (!lines.empty()) OOFGG_RETURN_IF_ERROR(file_.Append(lines));
  if (file_.size() < options_.rotate_bytes) return {};
  return file_.Rotate(clock_.WallNow(), options_.keep_files);
}

}  // namespace oofgg::storage
