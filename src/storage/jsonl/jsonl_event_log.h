#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

#include "base/event_log.h"
#include "oofgg/clock.h"
#include "oofgg/random.h"
#include "oofgg/status.h"
#include "oofgg/uuid.h"
#include "storage/jsonl/log_file.h"

namespace oofgg::storage {

struct JsonlOptions {
  std::uint64_t rotate_bytes = std::uint64_t{64} << 20;  ///< A file that has grown so long is put aside.
  std::size_t keep_files = 16;                           ///< Put aside, besides the current one.
  std::uint64_t reserve_bytes = std::uint64_t{1} << 20;  ///< Set aside on the disk for what was let in.
};

/// The event log as JSON lines in `FOLDER/events.jsonl`, mode 0600.
///
/// A record is written with write(2) before `Append` returns, by whoever appends it: 4 µs with the JSON of it
/// (docs/event-log.md). The disk is waited for only in `Flush`, and when a file is put aside. Where the disk
/// is full, `CheckRoom` says so while there is still room for what it let in before.
class JsonlEventLog final : public EventLog {
 public:
  /// kUnavailable: the folder or its file cannot be opened or made. `clock` and `random` outlive the log.
  static StatusOr<std::unique_ptr<JsonlEventLog>> Open(const std::string& folder, const Clock& clock,
                                                       RandomSource& random, JsonlOptions options = {});

  Status CheckRoom() override;
  Status Append(EventRecord record) override;
  Status Flush() override;

 private:
  JsonlEventLog(LogFile file, const Clock& clock, RandomSource& random, JsonlOptions options)
      : clock_(clock), options_(options), ids_(clock, random), file_(std::move(file)) {}

  /// Sets room aside; what came of it is what `CheckRoom` goes by. Under the lock.
  void Reserve();

  const Clock& clock_;
  const JsonlOptions options_;
  UuidGenerator ids_;
  std::mutex mutex_;  // Guards what follows; held for one write(2), and while a file is put aside.
  LogFile file_;
  Status room_;
};

}  // namespace oofgg::storage
