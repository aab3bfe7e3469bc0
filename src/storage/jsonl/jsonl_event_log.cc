#include "storage/jsonl/jsonl_event_log.h"

#include <chrono>
#include <utility>

#include "oofgg/log.h"
#include "storage/jsonl/json_line.h"

namespace oofgg::storage {
namespace {

constexpr std::chrono::milliseconds kRetryDelay{1000};

Status NoRoom(const Status& why) {
  return RetryLater(StatusCode::kUnavailable, std::string(why.message()), kRetryDelay);
}

}  // namespace

StatusOr<std::unique_ptr<JsonlEventLog>> JsonlEventLog::Open(const std::string& folder, const Clock& clock,
                                                             RandomSource& random, JsonlOptions options) {
  OOFGG_ASSIGN_OR_RETURN(LogFile file, LogFile::Open(folder));
  std::unique_ptr<JsonlEventLog> log(new JsonlEventLog(std::move(file), clock, random, options));
  log->Reserve();
  return log;
}

Status JsonlEventLog::CheckRoom() {
  const std::lock_guard lock(mutex_);
  if (!room_.ok()) Reserve();
  return room_.ok() ? Status() : NoRoom(room_);
}

Status JsonlEventLog::Append(EventRecord record) {
  if (record.id.empty()) record.id = ids_.Next();
  const std::string line = ToJsonLine(record);
  const std::lock_guard lock(mutex_);
  if (file_.current().size() >= options_.rotate_bytes) {
    if (const Status aside = file_.Rotate(clock_.WallNow(), options_.keep_files); !aside.ok()) {
      Log(LogLevel::kError, "event_log", std::string(aside.message()) + "; it goes on growing");
    }
  }
  if (const Status written = file_.current().Append(line); !written.ok()) {
    room_ = written;
    return NoRoom(written);
  }
  Reserve();
  return {};
}

void JsonlEventLog::Reserve() {
  Status room = file_.current().Reserve(options_.reserve_bytes);
  if (room.ok() != room_.ok()) {
    Log(room.ok() ? LogLevel::kInfo : LogLevel::kError, "event_log",
        room.ok() ? "there is room again" : std::string(room.message()) + "; calls are refused");
  }
  room_ = std::move(room);
}

Status JsonlEventLog::Flush() {
  std::shared_ptr<const AppendFile> file;
  {
    const std::lock_guard lock(mutex_);
    file = file_.shared();
  }
  return file->Sync();
}

}  // namespace oofgg::storage
