#pragma once

#include <map>
#include <string>
#include <string_view>

#include "backends/engine/line_splitter.h"
#include "oofgg/clock.h"

namespace oofgg::backends {

/// Reads what `POST /images/create` streams, and logs now and then how far it is. Threads: one at a time.
class PullProgress {
 public:
  PullProgress(std::string image, TimePoint now) : image_(std::move(image)), said_(now) {}

  /// False if this is no such stream.
  bool Feed(std::string_view piece, TimePoint now);

  /// Why it failed; empty: it did not, so far.
  [[nodiscard]] const std::string& error() const { return error_; }
  /// `2 of 5 layers`, or that there were none.
  [[nodiscard]] std::string Summary() const;

 private:
  void Line(std::string_view line);

  const std::string image_;
  TimePoint said_;
  LineSplitter lines_;
  std::map<std::string, bool> layers_;  // Whether it is done.
  std::string error_;
};

}  // namespace oofgg::backends
