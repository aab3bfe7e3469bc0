#pragma once

#include <filesystem>
#include <string>

namespace oofgg::auth::testing {

/// A fresh directory that goes with its owner.
class TempDirectory {
 public:
  TempDirectory() {
    std::string path = std::filesystem::temp_directory_path() / "oofgg-auth-XXXXXX";
    path_ = mkdtemp(path.data());
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

inline std::filesystem::perms ModeOf(const std::string& path) {
  return std::filesystem::status(path).permissions();
}

}  // namespace oofgg::auth::testing
