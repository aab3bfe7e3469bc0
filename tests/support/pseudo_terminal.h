#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oofgg::testing {

/// A program of ours on a terminal of 80 columns, and somebody who types there. Threads: one owner.
class PseudoTerminal {
 public:
  /// `environment` is all the program gets, beside PATH and TERM.
  PseudoTerminal(const std::string& program, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment);
  ~PseudoTerminal();
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  void Type(std::string_view keys) const;
  /// Whether `text` comes on the screen, after what was waited for before, within 20 s.
  bool WaitFor(std::string_view text);
  void Signal(int signal) const;
  /// Whether echo and line input are on, as a program must leave them.
  [[nodiscard]] bool is_cooked() const;
  /// The exit status, once it has ended; nothing after 20 s.
  std::optional<int> Wait();
  /// All that came, with the terminal's commands in it.
  [[nodiscard]] const std::string& screen() const { return screen_; }

 private:
  bool ReadSome();

  int fd_ = -1;
  pid_t pid_ = -1;
  std::string screen_;
  std::size_t scanned_ = 0;
};

}  // namespace oofgg::testing
