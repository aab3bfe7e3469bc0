#pragma once

#include <string>
#include <vector>

namespace oofgg::cli {

/// The lines typed in earlier runs, in a file of mode 0600, one a line. Lines that may have a secret are not
/// kept. A file that cannot be read or written is done without.
class HistoryFile {
 public:
  static constexpr std::size_t kMostLines = 1'000;

  /// Reads it, and shortens it to `kMostLines` if it is much longer. Empty: nothing is kept.
  explicit HistoryFile(std::string path);

  [[nodiscard]] const std::vector<std::string>& lines() const { return lines_; }
  /// True if it is kept.
  bool Add(const std::string& line);

 private:
  const std::string path_;
  std::vector<std::string> lines_;
};

}  // namespace oofgg::cli
