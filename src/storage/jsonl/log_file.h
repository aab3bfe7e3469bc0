#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/jsonl/append_file.h"

namespace oofgg::storage {

/// The file `events.jsonl` of a folder, and its predecessors `events-TIME.jsonl`. Threads: one at a time.
class LogFile {
 public:
  /// Opens the folder's file, both made if need be with mode 0600 and 0700. A line that a crash cut short is
  /// ended, so that it spoils no other.
  static StatusOr<LogFile> Open(std::string folder);

  /// Puts the file aside under a name made of `now`, begins a new one, and removes the oldest beyond `keep`.
  /// Where that fails, the file goes on.
  Status Rotate(WallTime now, std::size_t keep);

  [[nodiscard]] AppendFile& current() { return *current_; }
  /// The same, for who syncs it while others write and put it aside.
  [[nodiscard]] std::shared_ptr<const AppendFile> shared() const { return current_; }

 private:
  LogFile(std::string folder, AppendFile current)
      : folder_(std::move(folder)), current_(std::make_shared<AppendFile>(std::move(current))) {}

  std::string folder_;
  std::shared_ptr<AppendFile> current_;
};

}  // namespace oofgg::storage
