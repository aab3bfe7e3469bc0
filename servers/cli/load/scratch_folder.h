#pragma once

#include <string>

#include "oofgg/status.h"

namespace oofgg::load {

/// A folder of our own where temporary files belong; goes with all that is in it.
class ScratchFolder {
 public:
  [[nodiscard]] static StatusOr<ScratchFolder> Make();
  ScratchFolder(ScratchFolder&& other) noexcept : path_(std::move(other.path_)) { other.path_.clear(); }
  ScratchFolder& operator=(ScratchFolder&&) = delete;
  ~ScratchFolder();

  [[nodiscard]] const std::string& path() const { return path_; }
  /// A folder in it.
  [[nodiscard]] StatusOr<std::string> MakeFolder(const std::string& name) const;
  /// A file in it; its path.
  [[nodiscard]] StatusOr<std::string> Write(const std::string& name, const std::string& text) const;

 private:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) {}

  std::string path_;
};

}  // namespace oofgg::load
