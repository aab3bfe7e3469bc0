#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/event_log.h"
#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/jsonl/log_file.h"

namespace oofgg::storage {

struct JsonlOptions {
  std::uint64_t rotate_bytes = std::uint64_t{64} << 20;  ///< A file that has grown so long is put aside.
  std::size_t keep_files = 16;                           ///< Put aside, besides the current one.
  std::size_t max_waiting_bytes = std::size_t{8} << 20;  ///< Beyond, records are dropped and counted.
  std::chrono::milliseconds gather{5};  ///< How long a record waits for others to be written with.
};

/// The event log as JSON lines in `FOLDER/events.jsonl`, mode 0600.
///
/// One thread writes what callers have queued, all that came within a few milliseconds by one write(2). What
/// is written survives the death of this process; the disk is waited for only in `Flush`, when a file is put
/// aside, and at the end, so a power cut may cost the last seconds. Where the file cannot be written, records
/// are dropped and counted; the count is written as `log.dropped` when it can be again.
class JsonlEventLog final : public EventLog {
 public:
  /// kUnavailable: the folder or its file cannot be opened or made.
  static StatusOr<std::unique_ptr<JsonlEventLog>> Open(const std::string& folder, const Clock& clock,
                                                       JsonlOptions options = {});
  /// Writes what waits.
  ~JsonlEventLog() override;

  void Append(EventRecord record) override;
  Status Flush() override;

  /// How many records were dropped since the start.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  JsonlEventLog(LogFile file, const Clock& clock, JsonlOptions options);
  void Run();
  Status WriteBatch(const std::string& lines);

  const Clock& clock_;
  const JsonlOptions options_;
  LogFile file_;  // The writer's alone.

  mutable std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable flushed_;
  std::string waiting_;  // Whole lines.
  std::uint64_t waiting_records_ = 0;
  std::uint64_t dropped_ = 0;
  std::uint64_t unreported_ = 0;  // Of `dropped_`, those the log does not tell yet.
  std::uint64_t flush_asked_ = 0;
  std::uint64_t flush_done_ = 0;
  Status flush_status_;
  bool stopping_ = false;
  std::thread writer_;  // Last: it uses all of the above.
};

}  // namespace oofgg::storage
