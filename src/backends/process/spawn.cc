#include "backends/process/spawn.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace oofgg::backends {
namespace {

std::vector<char*> Pointers(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  pointers.reserve(words.size() + 1);
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

constexpr int kChannel = STDERR_FILENO + 1;  // Of the child.

/// Default dispositions and no blocked signals.
void ForgetSignals() {
  for (int signal = 1; signal < NSIG; ++signal) std::signal(signal, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

bool TakeFiles(int channel, const char* log_path) {
  const int out_of_the_way = fcntl(channel, F_DUPFD_CLOEXEC, kChannel + 1);
  const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int log = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (out_of_the_way < 0 || null < 0 || log < 0) return false;
  if (dup2(log, STDERR_FILENO) < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return false;
  if (dup2(null, STDIN_FILENO) < 0 || dup3(out_of_the_way, kChannel, O_CLOEXEC) < 0) return false;
  // A listening socket of ours that lived on in a game server would keep our port taken after we are gone.
  closefrom(kChannel + 1);
  return true;
}

/// What the child does. Other threads of ours are gone and may have held any lock, so only calls that are
/// safe in signal handlers are made.
[[noreturn]] void Become(int channel, const char* log_path, char* const* words, char* const* variables) {
  setsid();
  ForgetSignals();
  char word = 0;
  const bool ready = TakeFiles(channel, log_path);
  int error = errno;
  if (ready) {
    if (read(kChannel, &word, 1) != 1) _exit(127);  // Our maker has ended, or thought better of it.
    execvpe(words[0], words, variables);
    error = errno;
    channel = kChannel;
  }
  static_cast<void>(!write(channel, &error, sizeof error));
  _exit(127);
}

Status CannotRun(const std::string& program, int error) {
  const bool passing = error == EAGAIN || error == ENOMEM || error == EMFILE || error == ENFILE;
  return MakeStatus(passing ? StatusCode::kUnavailable : StatusCode::kFailedPrecondition,
                    "cannot run '" + program + "' (PROCESS_COMMAND): " + std::strerror(error));
}

}  // namespace

HeldProcess::~HeldProcess() {
  if (channel_ >= 0) Reap();
}

void HeldProcess::Reap() {
  close(std::exchange(channel_, -1));
  while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

Status HeldProcess::Run() {
  // If it has failed before, this cannot be sent, and the reason is there to be read.
  static_cast<void>(send(channel_, "", 1, MSG_NOSIGNAL));
  int error = 0;
  ssize_t got = 0;
  do {
    got = read(channel_, &error, sizeof error);
  } while (got < 0 && errno == EINTR);
  if (got == 0) {  // Closed by exec.
    close(std::exchange(channel_, -1));
    return absl::OkStatus();
  }
  if (got != static_cast<ssize_t>(sizeof error)) error = EIO;
  Reap();
  return CannotRun(program_, error);
}

StatusOr<HeldProcess> Spawn(const std::vector<std::string>& command,
                            const std::map<std::string, std::string>& environment,
                            const std::string& log_path) {
  std::vector<std::string> words = command;
  std::vector<std::string> variables;
  const char* path = getenv("PATH");
  if (!environment.contains("PATH")) {
    variables.push_back(std::string("PATH=") + (path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin"));
  }
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const std::vector<char*> word_pointers = Pointers(words);
  const std::vector<char*> variable_pointers = Pointers(variables);

  std::array<int, 2> channel{};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, channel.data()) != 0) {
    return CannotRun(words.front(), errno);
  }
  // No handler of ours may run in the child.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = fork();
  if (pid == 0) {
    close(channel[0]);
    Become(channel[1], log_path.c_str(), word_pointers.data(), variable_pointers.data());
  }
  const int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  close(channel[1]);
  if (pid > 0) return HeldProcess(pid, channel[0], words.front());
  close(channel[0]);
  return CannotRun(words.front(), error);
}

}  // namespace oofgg::backends
