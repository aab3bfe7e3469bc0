#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/patience.h"

namespace oofgg::testing {

/// A program under test: its own process group, its output captured, gone when dropped.
/// Threads: one owner.
class ChildProcess {
 public:
  struct Options {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  ///< All the child gets, beside PATH.
    std::string working_directory{};                 ///< Empty: ours.
    int input = -1;  ///< Becomes its stdin; -1: ours. Stays the caller's to close.
  };

  /// Starts `program`; one without a slash is looked for where the build puts programs.
  ChildProcess(const std::string& program, Options options);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }

  /// The next line on stdout that starts with `prefix`; earlier ones are kept in `output()`.
  /// Nothing when the child closes its stdout or `timeout` passes first.
  std::optional<std::string> WaitForLine(std::string_view prefix, std::chrono::seconds timeout = kPatience);

  /// Whether `text` has come so many times on stdout before it is closed or `timeout` passes.
  bool WaitForOutput(std::string_view text, int times = 1, std::chrono::seconds timeout = kPatience);

  /// Whether `text` has come on stderr before it is closed or `timeout` passes.
  bool WaitForErrors(std::string_view text, std::chrono::seconds timeout = kPatience);

  /// Sends a signal. Does nothing to a child that has been waited for.
  void Signal(int signal) const;

  /// Waits for the end: exit status, or 128 + signal as a shell says it. Nothing if `timeout` passes.
  std::optional<int> Wait(std::chrono::seconds timeout = kPatience);

  /// All that was read so far, stdout and stderr.
  [[nodiscard]] const std::string& output() const { return output_; }
  [[nodiscard]] const std::string& errors() const { return errors_; }

 private:
  /// Reads on until `text` is so many times in `stream`, which is one of ours.
  bool WaitForText(const std::string& stream, std::string_view text, int times, std::chrono::seconds timeout);
  /// Reads what there is on both pipes, waiting until `deadline` for something; false at the end.
  bool ReadSome(std::chrono::steady_clock::time_point deadline);

  pid_t pid_ = -1;
  int stdout_fd_ = -1;
  int stderr_fd_ = -1;
  int pid_fd_ = -1;
  std::size_t scanned_ = 0;
  std::optional<int> status_;
  std::string output_;
  std::string errors_;
};

/// The value of `key` in a line of `key=value` words, such as the servers' "ready grpc=… ops=…".
[[nodiscard]] std::string WordOf(std::string_view line, std::string_view key);

/// The processes whose parent `parent` is now, zombies included.
[[nodiscard]] std::vector<pid_t> ChildrenOf(pid_t parent);

/// Lets processes whose parent ends become children of this test. Call it before they are started.
void AdoptOrphans();
/// Ends every child of this process, in whatever way it became one. Drop all `ChildProcess` first.
void EndOrphans();

}  // namespace oofgg::testing
