#pragma once

#include <cstdint>
#include <string>

namespace oofgg::servers {

enum class LogFormat : std::uint8_t {
  kText,  ///< For people: time, level, program, room, message, and the request id where there is one.
  kJson,  ///< For machines, one object a line: `time level program room message`, and `request_id` likewise.
};

struct LogOptions {
  bool verbose = false;  ///< Debug lines too.
  LogFormat format = LogFormat::kText;
};

/// The library's log on stderr, from construction to destruction. A reader of stderr that has stopped (a
/// collector that hangs, a terminal on hold) never stops the server: while the pipe is full, lines are
/// dropped, and the first one after that says how many. Threads: one at a time in the process; logging is
/// safe from any.
class StderrLog {
 public:
  /// `name` stands on every line.
  StderrLog(const std::string& name, LogOptions options);
  ~StderrLog();
  StderrLog(const StderrLog&) = delete;
  StderrLog& operator=(const StderrLog&) = delete;
};

}  // namespace oofgg::servers
