#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/clock.h"
#include "oofgg/status.h"

namespace oofgg::storage {

/// The file `events.jsonl` of a folder, and its predecessors `events-TIME.jsonl`. Threads: one at a time.
class LogFile {
 public:
  /// Opens the folder's file, both made if need be with mode 0600 and 0700. A line that a crash cut short is
  /// ended, so that it spoils no other.
  static StatusOr<LogFile> Open(std::string folder);
  ~LogFile();
  LogFile(LogFile&& other) noexcept;
  LogFile& operator=(LogFile&&) = delete;

  /// Writes it all, at the end, or nothing.
  Status Append(std::string_view bytes);
  /// Waits for the disk.
  Status Sync();
  /// Puts the file aside under a name made of `now`, begins a new one, and removes the oldest beyond `keep`.
  Status Rotate(WallTime now, std::size_t keep);

  [[nodiscard]] std::uint64_t size() const { return size_; }

 private:
  LogFile(std::string folder, int descriptor, std::uint64_t size)
      : folder_(std::move(folder)), descriptor_(descriptor), size_(size) {}

  std::string folder_;
  int descriptor_;
  std::uint64_t size_;
};

}  // namespace oofgg::storage
