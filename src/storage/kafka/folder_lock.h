#pragma once

#include <string>
#include <utility>

#include "oofgg/status.h"

namespace oofgg::storage {

/// Keeps other processes away from a folder until it is dropped or this process ends, however it ends.
class FolderLock {
 public:
  /// kFailedPrecondition: another process has it, or the file `lock` in it cannot be made.
  static StatusOr<FolderLock> Take(const std::string& folder);
  ~FolderLock();
  FolderLock(FolderLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FolderLock& operator=(FolderLock&&) = delete;

 private:
  explicit FolderLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace oofgg::storage
