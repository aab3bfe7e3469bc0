#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::storage {

/// kUnavailable: the event log could not do `what`, for the reason that `error` (errno) is.
[[nodiscard]] Status EventLogFailed(const std::string& what, int error);

/// Makes the folder and those above it, with mode 0700 if it was not there.
[[nodiscard]] Status MakeEventFolder(const std::string& folder);

/// A file that grows at its end only. What it has taken survives the death of this process, for what a
/// process has written is the kernel's. Threads: one at a time, but for `Sync`.
class AppendFile {
 public:
  /// Opens the file, made with mode 0600 if need be; a link is not followed.
  static StatusOr<AppendFile> Open(std::string path);
  ~AppendFile();
  AppendFile(AppendFile&& other) noexcept;
  AppendFile& operator=(AppendFile&& other) noexcept;

  /// Writes it all, or nothing.
  Status Append(std::string_view bytes);
  /// Has the disk set aside room for half of `ahead` more bytes at least, and as a rule for all of it, where
  /// the file system can. An error says that there is none.
  Status Reserve(std::uint64_t ahead);
  /// Takes away what is behind the first `size` bytes.
  Status Cut(std::uint64_t size);
  /// So many bytes from `offset` on, fewer at the end.
  StatusOr<std::string> Read(std::uint64_t offset, std::size_t bytes) const;
  /// Waits for the disk.
  Status Sync() const;

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  AppendFile(std::string path, int descriptor, std::uint64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size), reserved_(size) {}

  std::string path_;
  int descriptor_;
  std::uint64_t size_;
  std::uint64_t reserved_;  // Where the room set aside ends.
};

}  // namespace oofgg::storage
