#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/child_process.h"
#include "tests/support/password.h"
#include "tests/support/patience.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// A descriptor from which `text` is read, and then the end.
class Input {
 public:
  explicit Input(const std::string& text);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

/// What one run of a program left behind.
struct Answer {
  int status = -1;  ///< -1: it did not end.
  std::string output;
  std::string errors;

  /// stdout as JSON; the test fails if it is not one object.
  [[nodiscard]] nlohmann::json Object() const;
};

/// `oofgg up` with every server on a port of the kernel's choosing, in a folder of its own.
class Up {
 public:
  struct Options {
    std::vector<std::string> arguments{};
    std::map<std::string, std::string> environment{};
    std::string program = "oofgg";
  };

  /// Starts it on `data`; the test fails if it is not up within 30 s.
  explicit Up(const std::string& data) : Up(data, Options()) {}
  Up(const std::string& data, Options options);
  /// In an orderly way, since game servers survive any other.
  ~Up();
  Up(const Up&) = delete;
  Up& operator=(const Up&) = delete;

  [[nodiscard]] ChildProcess& process() { return process_; }
  /// Where a server listens: `address("oofgg-game", "grpc")`, by the line it last said.
  [[nodiscard]] std::string address(const std::string& program, const std::string& name) const;
  [[nodiscard]] pid_t pid(const std::string& program) const;
  [[nodiscard]] std::vector<pid_t> pids() const;
  /// The variables by which the CLI finds these servers.
  [[nodiscard]] std::map<std::string, std::string> environment() const;

  /// The next event of that kind; the test fails if none comes.
  nlohmann::json WaitFor(const std::string& event);

 private:
  ChildProcess process_;
  std::map<std::string, nlohmann::json> ready_;  // By program.
};

/// The arguments of `up` that put every server on a free port of loopback.
[[nodiscard]] std::vector<std::string> FreePorts();

/// Somebody at a command line: a home directory, and the servers' addresses in the environment.
class Shell {
 public:
  explicit Shell(std::map<std::string, std::string> environment);

  [[nodiscard]] std::string home() const { return home_.path(); }
  [[nodiscard]] std::string session_file() const { return home() + "/.oofgg/session.json"; }
  void Set(const std::string& variable, const std::string& value) { environment_[variable] = value; }

  /// Starts `oofgg`, for commands that watch.
  [[nodiscard]] std::unique_ptr<ChildProcess> Start(std::vector<std::string> arguments, int input = -1) const;
  /// Runs it to its end.
  [[nodiscard]] Answer Run(std::vector<std::string> arguments, const std::string& input = "") const;

 private:
  TemporaryDirectory home_;
  std::map<std::string, std::string> environment_;
};

/// Whether the process, of whoever it is a child, is gone within `patience`.
[[nodiscard]] bool IsGone(pid_t pid, std::chrono::seconds patience = kPatience);

/// A name that no other test of this program takes.
[[nodiscard]] std::string NewName(const std::string& prefix);

}  // namespace oofgg::testing
