#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace oofgg::testing {

/// A directory of one's own below `folder`, or the system's temporary one; removed with all that is in it
/// when dropped.
class TemporaryDirectory {
 public:
  explicit TemporaryDirectory(const std::string& folder = {}) {
    path_ =
        (folder.empty() ? std::filesystem::temp_directory_path().string() : folder) + "/oofgg-test-XXXXXX";
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path of `name` in it.
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace oofgg::testing
