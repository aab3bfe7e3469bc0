#include "servers/cli/child_program.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace oofgg::cli {
namespace {

/// A line that never ends is cut here.
constexpr std::size_t kLongestLine = 64 * 1024;

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> EnvironmentWith(const std::map<std::string, std::string>& added) {
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    if (!added.contains(text.substr(0, text.find('=')))) environment.push_back(text);
  }
  for (const auto& [name, value] : added) environment.push_back(name + "=" + value);
  return environment;
}

/// Between fork and exec: nothing here may allocate.
[[noreturn]] void Become(const char* path, char* const* argv, char* const* envp, pid_t parent, int output,
                         int errors) {
  // If we are killed, the servers go too: nobody would restart them.
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  // A group of its own, so that Ctrl-C reaches us alone and the end is an orderly one.
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  dup2(output, STDOUT_FILENO);
  dup2(errors, STDERR_FILENO);
  execve(path, argv, envp);
  _exit(127);
}

}  // namespace

LinePipe::~LinePipe() {
  if (fd_ >= 0) close(fd_);
}

void LinePipe::Read(const OnLine& on_line) {
  std::array<char, 4096> buffer;
  while (fd_ >= 0) {
    const ssize_t count = read(fd_, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0 && errno == EAGAIN) break;
    if (count <= 0) {
      close(fd_);
      fd_ = -1;
      if (!unread_.empty()) on_line(std::move(unread_));
      unread_.clear();
      break;
    }
    unread_.append(buffer.data(), static_cast<std::size_t>(count));
    for (std::size_t end = 0; (end = unread_.find('\n')) != std::string::npos;) {
      on_line(unread_.substr(0, end));
      unread_.erase(0, end + 1);
    }
    if (unread_.size() > kLongestLine) unread_.clear();
  }
}

StatusOr<std::unique_ptr<ChildProgram>> ChildProgram::Start(const ProgramSpec& spec) {
  if (access(spec.path.c_str(), X_OK) != 0) {
    return MakeStatus(
        StatusCode::kFailedPrecondition,
        "cannot run " + spec.path + ": " + std::strerror(errno) + "; all programs belong in one folder");
  }
  std::vector<std::string> arguments{spec.path};
  arguments.insert(arguments.end(), spec.arguments.begin(), spec.arguments.end());
  std::vector<std::string> environment = EnvironmentWith(spec.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  std::array<int, 2> output{-1, -1};
  std::array<int, 2> errors{-1, -1};
  const bool piped = pipe2(output.data(), O_CLOEXEC) == 0 && pipe2(errors.data(), O_CLOEXEC) == 0;
  const pid_t parent = getpid();
  const pid_t pid = piped ? fork() : -1;
  if (pid == 0) Become(spec.path.c_str(), argv.data(), envp.data(), parent, output[1], errors[1]);
  const int error = errno;
  for (const int fd : {output[1], errors[1]}) {
    if (fd >= 0) close(fd);
  }
  // From here on the child's destructor closes the other ends.
  std::unique_ptr<ChildProgram> child(new ChildProgram(pid, output[0], errors[0]));
  child->ended_ = pid < 0;
  if (pid < 0)
    return MakeStatus(StatusCode::kUnavailable, "cannot start " + spec.name + ": " + std::strerror(error));
  for (const int fd : {output[0], errors[0]}) fcntl(fd, F_SETFL, O_NONBLOCK);
  return child;
}

ChildProgram::~ChildProgram() {
  if (ended_) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void ChildProgram::Signal(int signal) const {
  if (!ended_) kill(pid_, signal);
}

bool ChildProgram::TakeEnd(std::string* how) {
  int status = 0;
  if (ended_ || waitpid(pid_, &status, WNOHANG) != pid_) return false;
  ended_ = true;
  if (WIFEXITED(status)) {
    *how = "ended with status " + std::to_string(WEXITSTATUS(status));
  } else {
    *how =
        "was ended by signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")";
  }
  return true;
}

}  // namespace oofgg::cli
