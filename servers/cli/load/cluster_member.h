#pragma once

#include <sys/types.h>

#include <memory>
#include <string>

#include "oofgg/status.h"
#include "servers/cli/child_program.h"

namespace oofgg::load {

/// One program of a cluster, which may be ended and started again.
class ClusterMember {
 public:
  /// It is ready once it says a line that has `ready_words`.
  ClusterMember(cli::ProgramSpec spec, std::string ready_words)
      : spec_(std::move(spec)), ready_words_(std::move(ready_words)) {}

  /// Not to be called while it runs. Errors: as of ChildProgram.
  [[nodiscard]] Status Launch();
  /// The program is expected to end by it, if `ends`.
  void Signal(int signal, bool ends);
  /// Takes what it says, and whether it has ended. Errors: kUnavailable if it ended unasked, which is then
  /// said once.
  [[nodiscard]] Status Look();

  [[nodiscard]] bool is_running() const { return child_ != nullptr; }
  [[nodiscard]] bool is_ready() const { return is_running() && is_ready_; }
  [[nodiscard]] pid_t pid() const { return child_->pid(); }
  [[nodiscard]] const std::string& name() const { return spec_.name; }

 private:
  void ReadPipes();

  const cli::ProgramSpec spec_;
  const std::string ready_words_;
  std::unique_ptr<cli::ChildProgram> child_;  // Null: it does not run.
  bool is_ready_ = false;
  bool is_to_end_ = false;
  std::string last_words_;
};

}  // namespace oofgg::load
