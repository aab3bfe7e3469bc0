#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>
#include <memory>

#include "oofgg/status.h"

namespace oofgg::cli {

/// A program to be kept running.
struct ProgramSpec {
  std::string name;
  std::string path;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;  ///< Added to ours.
};

/// Starts programs, waits until each says `ready …` on its stdout, and starts again those that end.
/// Threads: one owner, and nothing else in this process may wait for children.
class Supervisor {
 public:
  Supervisor();
  /// Kills what still runs.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// Starts a program and returns its `ready` line.
  /// kUnavailable if it ends before, or does not get there within `patience`; its own words are on stderr.
  StatusOr<std::string> Start(ProgramSpec spec, std::chrono::seconds patience = std::chrono::seconds(30));

  /// Keeps all programs running until SIGINT or SIGTERM, with growing pauses for one that keeps ending.
  /// `on_event` is told what happens, for the terminal.
  void Run(const std::function<void(const std::string& line)>& on_event);

  /// Asks all to end, last started first, and waits; those that do not within `patience` are killed.
  void StopAll(std::chrono::seconds patience = std::chrono::seconds(12));

 private:
  struct Child;

  Status Spawn(Child& child);
  StatusOr<std::string> AwaitReady(Child& child, std::chrono::seconds patience);
  void Reap(const std::function<void(const std::string&)>& on_event);
  void Restart(const std::function<void(const std::string&)>& on_event);
  [[nodiscard]] int MillisecondsToNextRestart() const;

  std::vector<std::unique_ptr<Child>> children_;
  int signals_ = -1;
};

}  // namespace oofgg::cli
