#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oofgg/status.h"
#include "servers/cli/child_program.h"

namespace oofgg::cli {

/// What became of a program, for the terminal.
struct ProgramEvent {
  enum class Kind { kReady, kEnded };
  Kind kind;
  std::string program;
  pid_t pid = 0;
  bool again = false;  ///< Of kReady: it has been ready before.
  std::string detail;  ///< Of kReady: its addresses, `grpc=… ops=…`. Of kEnded: how, and its last words.
  std::chrono::milliseconds restart{0};  ///< Of kEnded: when it is started again.
};

/// Starts programs, waits until each says `ready …` on its stdout, and starts again those that end. What they
/// say on stderr goes to ours, line by line; a line `NAME: …`, with which our programs end, is kept for the
/// event instead. Threads: one owner, and nothing else in this process may wait for children.
class Supervisor {
 public:
  explicit Supervisor(std::function<void(const ProgramEvent&)> on_event);
  /// Kills what still runs.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Starts a program and returns its `ready` line. kUnavailable if it ends before, or does not get there
  /// within `patience`; kCancelled if SIGINT or SIGTERM comes first.
  StatusOr<std::string> Start(ProgramSpec spec, std::chrono::seconds patience = std::chrono::seconds(30));

  /// From its next start on the program of that name gets these arguments.
  void SetArguments(const std::string& name, std::vector<std::string> arguments);

  /// Keeps all programs running, with growing pauses for one that keeps ending, until SIGINT or SIGTERM.
  /// kUnavailable: one has ended too often in a row.
  Status Run();

  /// Asks all to end, last started first, and waits; those that do not within `patience` are killed.
  void StopAll(std::chrono::seconds patience = std::chrono::seconds(12));

 private:
  struct Program;
  using SteadyTime = std::chrono::steady_clock::time_point;

  Status Launch(Program& program);
  /// Waits until something happens, `deadline` at the latest, and sees to it.
  void Turn(std::optional<SteadyTime> deadline);
  void ReadPipes(Program& program);
  void OnReady(Program& program, const std::string& line);
  void OnEnd(Program& program, const std::string& how);
  void RestartDue();
  [[nodiscard]] std::optional<SteadyTime> NextRestart() const;

  const std::function<void(const ProgramEvent&)> on_event_;
  std::vector<std::unique_ptr<Program>> programs_;
  int signals_ = -1;
  bool stop_asked_ = false;
  bool stopping_ = false;
  Status given_up_;
};

}  // namespace oofgg::cli
