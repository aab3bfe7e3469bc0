#include "backends/process/spawn.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace oofgg::backends {
namespace {

class FileActions {
 public:
  FileActions() { posix_spawn_file_actions_init(&actions_); }
  ~FileActions() { posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// Own session, no blocked signals, default dispositions.
class Attributes {
 public:
  Attributes() {
    posix_spawnattr_init(&attributes_);
    sigset_t none;
    sigemptyset(&none);
    sigset_t all;
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  }
  ~Attributes() { posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  posix_spawnattr_t* get() { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

/// A socket bound to a free port; the port stays ours until it is closed.
class BoundPort {
 public:
  BoundPort() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t length = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (fd_ < 0 || bind(fd_, generic, length) != 0 || getsockname(fd_, generic, &length) != 0) return;
    port_ = ntohs(address.sin_port);
  }
  ~BoundPort() {
    if (fd_ >= 0) close(fd_);
  }
  BoundPort(const BoundPort&) = delete;
  BoundPort& operator=(const BoundPort&) = delete;
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  int fd_;
  std::uint16_t port_ = 0;
};

}  // namespace

StatusOr<pid_t> Spawn(const std::vector<std::string>& command,
                      const std::map<std::string, std::string>& environment, const std::string& log_path) {
  std::vector<std::string> words = command;
  std::vector<std::string> variables;
  const char* path = getenv("PATH");
  if (!environment.contains("PATH")) {
    variables.push_back(std::string("PATH=") + (path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"));
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);

  FileActions files;
  posix_spawn_file_actions_addopen(files.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(files.get(), STDOUT_FILENO, log_path.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(files.get(), STDOUT_FILENO, STDERR_FILENO);
  // A listening socket of ours that lived on in a game server would keep our port taken after we are gone.
  posix_spawn_file_actions_addclosefrom_np(files.get(), STDERR_FILENO + 1);
  Attributes attributes;
  pid_t pid = 0;
  const int error = posix_spawnp(&pid, words.front().c_str(), files.get(), attributes.get(),
                                 Pointers(words).data(), Pointers(variables).data());
  if (error == 0) return pid;
  const bool passing = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
  return MakeStatus(passing ? StatusCode::kUnavailable : StatusCode::kFailedPrecondition,
                    "cannot run '" + words.front() + "' (PROCESS_COMMAND): " + std::strerror(error));
}

StatusOr<std::pair<std::uint16_t, std::uint16_t>> PickPorts() {
  const BoundPort game;
  const BoundPort control;
  if (game.port() == 0 || control.port() == 0) {
    return MakeStatus(StatusCode::kUnavailable, "there is no free port for a game server");
  }
  return std::pair(game.port(), control.port());
}

}  // namespace oofgg::backends
