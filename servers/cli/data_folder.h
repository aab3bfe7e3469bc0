#pragma once

#include <memory>
#include <string>

#include "oofgg/status.h"

namespace oofgg::cli {

/// The folder in which one `oofgg up` keeps all it has: made with mode 0700 if need be, and locked (flock(2))
/// against a second one for as long as this lives, or the process.
class DataFolder {
 public:
  /// Errors: kFailedPrecondition (another runs there; it is named), kUnavailable (cannot be made or written).
  [[nodiscard]] static StatusOr<std::unique_ptr<DataFolder>> Open(const std::string& path);
  ~DataFolder();
  DataFolder(const DataFolder&) = delete;
  DataFolder& operator=(const DataFolder&) = delete;

  /// Absolute.
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string File(const std::string& name) const { return path_ + "/" + name; }

 private:
  DataFolder(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

}  // namespace oofgg::cli
