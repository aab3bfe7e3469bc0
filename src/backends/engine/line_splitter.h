#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oofgg::backends {

/// Cuts a stream into its lines. Threads: one owner.
class LineSplitter {
 public:
  /// Calls `on_line` for each line that is whole now. False if a line grows beyond reason.
  template <typename OnLine>
  bool Feed(std::string_view piece, OnLine&& on_line) {
    constexpr std::size_t kLongestLine = std::size_t{1} << 20;
    rest_ += piece;
    std::size_t begin = 0;
    for (auto end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
      const std::string_view line(rest_.data() + begin, end - begin);
      if (!line.empty() && line != "\r") on_line(line);
      begin = end + 1;
    }
    rest_.erase(0, begin);
    return rest_.size() <= kLongestLine;
  }

  void Clear() { rest_.clear(); }

 private:
  std::string rest_;
};

}  // namespace oofgg::backends
