#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "oofgg/status.h"

namespace oofgg::auth {

/// Makes `path`, and its parents, with mode 0700 if absent. kFailedPrecondition if it is no directory, or
/// group or others may write to it.
[[nodiscard]] Status EnsurePrivateDirectory(const std::string& path);

/// The same for one that must be there: kNotFound if absent.
[[nodiscard]] Status CheckPrivateDirectory(const std::string& path);

/// The whole file. kFailedPrecondition if group or others may read or write it, it is no regular file, or it
/// is longer than `max_bytes`; kNotFound if absent.
[[nodiscard]] StatusOr<std::string> ReadPrivateFile(const std::string& path, std::size_t max_bytes);

/// As above, for a file that all may read.
[[nodiscard]] StatusOr<std::string> ReadPublicFile(const std::string& path, std::size_t max_bytes);

/// Makes `path` with mode 0600 and syncs it and its directory; a crash leaves it whole or absent.
/// kAlreadyExists, changing nothing, if there is one.
[[nodiscard]] Status CreatePrivateFile(const std::string& path, std::string_view content);

/// Gives the file another name, over whatever had that; synced. A crash leaves it under one of the two.
[[nodiscard]] Status RenameFile(const std::string& from, const std::string& to);

/// Removes the file, synced. One that is gone already is no error.
[[nodiscard]] Status RemoveFile(const std::string& path);

/// Held by one process at a time, for as long as this lives.
class DirectoryLock {
 public:
  [[nodiscard]] static StatusOr<DirectoryLock> Take(const std::string& directory);
  DirectoryLock(DirectoryLock&& other) noexcept;
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace oofgg::auth
