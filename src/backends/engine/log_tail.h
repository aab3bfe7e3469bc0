#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace oofgg::backends {

/// The end of what a container has written, from the engine's stream of frames: one byte for the stream (0 to
/// 2), three zeros, four of length, and so many of output. A container with a terminal sends plain output,
/// which cannot start so.
///
/// Takes any bytes in any pieces, and never keeps more than twice its limit. Threads: one owner.
class LogTail {
 public:
  explicit LogTail(std::size_t limit = 1000) : limit_(limit) {}

  void Feed(std::string_view bytes);

  /// The last lines on one, with `|` between them and `?` for what a terminal would obey.
  [[nodiscard]] std::string Text() const;

 private:
  void Header(char byte);
  void Keep(std::string_view output);

  const std::size_t limit_;
  std::string tail_;
  std::string header_;
  std::uint64_t left_ = 0;  // Of the frame.
  bool plain_ = false;
};

}  // namespace oofgg::backends
