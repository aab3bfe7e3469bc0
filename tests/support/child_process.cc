#include "tests/support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/exec_pointers.h"
#include "tests/support/milliseconds_until.h"

namespace oofgg::testing {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

std::string Locate(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* folder = std::getenv("OOFGG_BIN_DIR");
  return (folder != nullptr ? std::string(folder) + "/" : std::string("./")) + program;
}

/// Appends what `fd` has; closes it at its end.
void Drain(int& fd, std::string& to) {
  std::array<char, 4096> buffer;
  const ssize_t count = read(fd, buffer.data(), buffer.size());
  if (count > 0) {
    to.append(buffer.data(), static_cast<std::size_t>(count));
  } else if (count == 0 || errno != EINTR) {
    close(fd);
    fd = -1;
  }
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, Options options) {
  std::string path = Locate(program);
  std::vector<std::string> arguments{path};
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  std::vector<std::string> environment;
  if (!options.environment.contains("PATH")) environment.emplace_back("PATH=/usr/bin:/bin");
  for (const auto& [key, value] : options.environment) environment.push_back(key + "=" + value);
  const std::string complaint = "cannot run " + path + "; is OOFGG_BIN_DIR set?\n";
  // Built before the fork: between fork and exec nothing may allocate.
  std::vector<char*> argv = ExecPointers(arguments);
  std::vector<char*> envp = ExecPointers(environment);

  std::array<int, 2> out{};
  std::array<int, 2> err{};
  if (pipe2(out.data(), O_CLOEXEC) != 0 || pipe2(err.data(), O_CLOEXEC) != 0) std::abort();
  pid_ = fork();
  if (pid_ == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that is killed leaves nothing running.
    if (options.input >= 0) dup2(options.input, STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    dup2(err[1], STDERR_FILENO);
    if (!options.working_directory.empty() && chdir(options.working_directory.c_str()) != 0) _exit(126);
    execve(path.c_str(), argv.data(), envp.data());
    const ssize_t said = write(STDERR_FILENO, complaint.data(), complaint.size());
    _exit(said > 0 ? 127 : 126);
  }
  close(out[1]);
  close(err[1]);
  stdout_fd_ = out[0];
  stderr_fd_ = err[0];
  pid_fd_ = static_cast<int>(syscall(SYS_pidfd_open, pid_, 0));
}

ChildProcess::~ChildProcess() {
  if (!status_.has_value()) {
    kill(-pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  for (const int fd : {stdout_fd_, stderr_fd_, pid_fd_}) {
    if (fd >= 0) close(fd);
  }
}

bool ChildProcess::ReadSome(SteadyTime deadline) {
  if (stdout_fd_ < 0 && stderr_fd_ < 0) return false;
  std::array<pollfd, 2> pipes{pollfd{stdout_fd_, POLLIN, 0}, pollfd{stderr_fd_, POLLIN, 0}};
  if (poll(pipes.data(), pipes.size(), MillisecondsUntil(deadline)) <= 0) return false;
  if (pipes[0].revents != 0) Drain(stdout_fd_, output_);
  if (pipes[1].revents != 0) Drain(stderr_fd_, errors_);
  return true;
}

std::optional<std::string> ChildProcess::WaitForLine(std::string_view prefix, std::chrono::seconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    for (std::size_t end = 0; (end = output_.find('\n', scanned_)) != std::string::npos;) {
      const std::string line = output_.substr(scanned_, end - scanned_);
      scanned_ = end + 1;
      if (line.starts_with(prefix)) return line;
    }
    if (!ReadSome(deadline)) return std::nullopt;
  }
}

bool ChildProcess::WaitForOutput(std::string_view text, int times, std::chrono::seconds timeout) {
  return WaitForText(output_, text, times, timeout);
}

bool ChildProcess::WaitForErrors(std::string_view text, std::chrono::seconds timeout) {
  return WaitForText(errors_, text, 1, timeout);
}

bool ChildProcess::WaitForText(const std::string& stream, std::string_view text, int times,
                               std::chrono::seconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  std::size_t from = 0;
  for (int seen = 0; seen < times;) {
    if (const std::size_t at = stream.find(text, from); at != std::string::npos) {
      from = at + text.size();
      ++seen;
    } else if (!ReadSome(deadline)) {
      return false;
    }
  }
  return true;
}

void ChildProcess::Signal(int signal) const {
  if (!status_.has_value()) kill(pid_, signal);
}

std::optional<int> ChildProcess::Wait(std::chrono::seconds timeout) {
  const SteadyTime deadline = std::chrono::steady_clock::now() + timeout;
  while (!status_.has_value()) {
    std::array<pollfd, 3> watched{pollfd{pid_fd_, POLLIN, 0}, pollfd{stdout_fd_, POLLIN, 0},
                                  pollfd{stderr_fd_, POLLIN, 0}};
    if (poll(watched.data(), watched.size(), MillisecondsUntil(deadline)) <= 0) return std::nullopt;
    if (watched[1].revents != 0) Drain(stdout_fd_, output_);
    if (watched[2].revents != 0) Drain(stderr_fd_, errors_);
    if (watched[0].revents == 0) continue;
    int status = 0;
    waitpid(pid_, &status, 0);
    status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    // What it said last. A grandchild may hold the pipes open, so never wait for their end.
    while (ReadSome(std::chrono::steady_clock::now())) {
    }
  }
  return status_;
}

std::string WordOf(std::string_view line, std::string_view key) {
  const std::string start = " " + std::string(key) + "=";
  const std::string padded = " " + std::string(line);
  const std::size_t at = padded.find(start);
  if (at == std::string::npos) return "";
  const std::size_t value = at + start.size();
  return padded.substr(value, padded.find(' ', value) - value);
}

std::vector<pid_t> ChildrenOf(pid_t parent) {
  std::vector<pid_t> children;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    std::ifstream file(entry.path() / "stat");
    std::string line;
    if (!std::getline(file, line)) continue;
    // "PID (NAME) STATE PPID …"; the name may hold any character.
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string state;
    pid_t its_parent = 0;
    if (!(fields >> state >> its_parent) || its_parent != parent) continue;
    children.push_back(static_cast<pid_t>(std::strtol(line.c_str(), nullptr, 10)));
  }
  return children;
}

void AdoptOrphans() { prctl(PR_SET_CHILD_SUBREAPER, 1); }

void EndOrphans() {
  // A child that is ended may leave us children of its own, so we look again after each.
  do {
    for (const pid_t child : ChildrenOf(getpid())) kill(child, SIGKILL);
  } while (waitpid(-1, nullptr, 0) > 0);
}

}  // namespace oofgg::testing
