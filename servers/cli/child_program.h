#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "oofgg/status.h"

namespace oofgg::cli {

/// A program to be run.
struct ProgramSpec {
  std::string name;
  std::string path;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment{};  ///< Added to ours.
};

/// The lines that come out of a pipe. Owns its end.
class LinePipe {
 public:
  using OnLine = std::function<void(std::string line)>;

  explicit LinePipe(int fd) : fd_(fd) {}
  ~LinePipe();
  LinePipe(const LinePipe&) = delete;
  LinePipe& operator=(const LinePipe&) = delete;

  /// To poll for; -1 once the other end is closed.
  [[nodiscard]] int fd() const { return fd_; }
  /// Gives the lines that are there, without waiting; at the end of the pipe, what is left of the last one
  /// too.
  void Read(const OnLine& on_line);

 private:
  int fd_;
  std::string unread_;
};

/// A child of this process, with pipes on its stdout and stderr. It gets SIGTERM when the thread that started
/// it ends, however that comes about. Threads: one owner.
class ChildProgram {
 public:
  /// kFailedPrecondition if there is no such program, kUnavailable if it cannot be started now.
  [[nodiscard]] static StatusOr<std::unique_ptr<ChildProgram>> Start(const ProgramSpec& spec);
  /// Kills it if it has not been waited for.
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  [[nodiscard]] pid_t pid() const { return pid_; }
  [[nodiscard]] LinePipe& output() { return output_; }
  [[nodiscard]] LinePipe& errors() { return errors_; }

  void Signal(int signal) const;
  /// True when it has ended; `how` is then for people: "ended with status 1".
  [[nodiscard]] bool TakeEnd(std::string* how);

 private:
  ChildProgram(pid_t pid, int output, int errors) : pid_(pid), output_(output), errors_(errors) {}

  pid_t pid_;
  bool ended_ = false;
  LinePipe output_;
  LinePipe errors_;
};

}  // namespace oofgg::cli
