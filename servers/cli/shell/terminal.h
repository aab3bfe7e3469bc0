#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "servers/cli/shell/event_loop.h"

namespace oofgg::cli {

class HistoryFile;

/// Where lines come from and go to. The loop is served while it waits for a line.
class Terminal {
 public:
  /// What could stand in place of the last word of the line.
  using Complete = std::function<std::vector<std::string>(const std::string& line)>;

  virtual ~Terminal() = default;

  /// The next line, without its end. Nothing: there are no more.
  virtual std::optional<std::string> ReadLine(const std::string& prompt) = 0;
  /// There are no more lines from now on, also for a `ReadLine` that waits for one.
  virtual void End() = 0;
  /// Shows a line, above the one that is being edited.
  virtual void Print(std::string_view line) = 0;
  /// True once after Ctrl-C.
  virtual bool TakeInterrupt() { return false; }
};

/// Lines of a pipe or file.
[[nodiscard]] std::unique_ptr<Terminal> MakePipeTerminal(EventLoop& loop);

/// A line editor on the terminal, with history and, by the tab key, completion. One at a time.
[[nodiscard]] std::unique_ptr<Terminal> MakeLineTerminal(EventLoop& loop, HistoryFile& history,
                                                         Terminal::Complete complete);

}  // namespace oofgg::cli
