#include "servers/auth/hook_mailer.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

namespace oofgg::servers {
namespace {

class Fd {
 public:
  explicit Fd(int fd) : fd_(fd) {}
  Fd(const Fd&) = delete;
  Fd& operator=(const Fd&) = delete;
  ~Fd() { Close(); }
  [[nodiscard]] int get() const { return fd_; }
  void Close() {
    if (fd_ >= 0) close(std::exchange(fd_, -1));
  }

 private:
  int fd_;
};

Status Failed(const std::string& what) {
  return MakeStatus(StatusCode::kUnavailable, "the mail hook " + what);
}

StatusOr<pid_t> Start(const std::string& program, int input) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  // It gets none of our sockets: a hook that stays would hold our ports after us.
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  // Ours are blocked, for the thread that waits for them.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  std::string name = program;
  std::array<char*, 2> argv = {name.data(), nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, program.c_str(), &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return Failed(std::string("cannot be started: ") + std::strerror(error));
  return pid;
}

/// A pipe holds 64 KiB, and no mail of ours is a tenth of that: this never waits.
bool WriteAll(int fd, const std::string& text) {
  return write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

/// The exit status, once it has ended; it is killed if that takes too long.
StatusOr<int> AwaitEnd(pid_t pid, std::chrono::milliseconds timeout) {
  const Fd process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  pollfd watched{process.get(), POLLIN, 0};
  int ready = poll(&watched, 1, static_cast<int>(timeout.count()));
  while (ready < 0 && errno == EINTR) ready = poll(&watched, 1, static_cast<int>(timeout.count()));
  if (ready <= 0) kill(pid, SIGKILL);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (ready <= 0) return Failed("took longer than " + std::to_string(timeout.count()) + " ms");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

Status HookMailer::Send(const Mail& mail) {
  const nlohmann::json object = {{"kind", mail.kind},
                                 {"to", mail.to},
                                 {"subject", mail.subject},
                                 {"text", mail.text},
                                 {"code", mail.code}};
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return Failed(std::string("has no pipe: ") + std::strerror(errno));
  Fd read_end(ends[0]);
  Fd write_end(ends[1]);
  const std::string text = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  // Before it starts, so that a program that reads nothing cannot break our pipe.
  if (!WriteAll(write_end.get(), text)) return Failed("got no mail: the pipe is full");
  write_end.Close();
  OOFGG_ASSIGN_OR_RETURN(const pid_t pid, Start(program_, read_end.get()));
  read_end.Close();
  OOFGG_ASSIGN_OR_RETURN(const int status, AwaitEnd(pid, timeout_));
  return status == 0 ? Status() : Failed("ended with status " + std::to_string(status));
}

}  // namespace oofgg::servers
