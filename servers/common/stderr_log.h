#pragma once

#include <string>

namespace oofgg::servers {

/// The library's log on stderr, from construction to destruction. A reader of stderr that has stopped (a
/// collector that hangs, a terminal on hold) never stops the server: while the pipe is full, lines are
/// dropped, and the first one after that says how many. Threads: one at a time in the process; logging is
/// safe from any.
class StderrLog {
 public:
  /// `name` stands on every line; `verbose` shows debug lines too.
  StderrLog(const std::string& name, bool verbose);
  ~StderrLog();
  StderrLog(const StderrLog&) = delete;
  StderrLog& operator=(const StderrLog&) = delete;
};

}  // namespace oofgg::servers
