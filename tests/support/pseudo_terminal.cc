#include "tests/support/pseudo_terminal.h"

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "tests/support/exec_pointers.h"

namespace oofgg::testing {
namespace {

constexpr int kPatienceMs = 120'000;

}  // namespace

PseudoTerminal::PseudoTerminal(const std::string& program, const std::vector<std::string>& arguments,
                               const std::map<std::string, std::string>& environment) {
  const char* const folder = std::getenv("OOFGG_BIN_DIR");
  std::vector<std::string> words{std::string(folder != nullptr ? folder : ".") + "/" + program};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<std::string> variables{"PATH=/usr/bin:/bin", "TERM=xterm", "LANG=C.UTF-8"};
  for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
  const std::vector<char*> argv = ExecPointers(words);
  const std::vector<char*> envp = ExecPointers(variables);
  winsize size{};
  size.ws_row = 24;
  size.ws_col = 80;
  pid_ = forkpty(&fd_, nullptr, nullptr, &size);
  if (pid_ == 0) {
    execve(argv[0], argv.data(), envp.data());
    _exit(127);
  }
}

PseudoTerminal::~PseudoTerminal() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(fd_);
}

void PseudoTerminal::Type(std::string_view keys) const {
  [[maybe_unused]] const auto written = write(fd_, keys.data(), keys.size());
}

bool PseudoTerminal::WaitFor(std::string_view text) {
  for (;;) {
    const std::size_t at = screen_.find(text, scanned_);
    if (at != std::string::npos) {
      scanned_ = at + text.size();
      return true;
    }
    if (!ReadSome()) return false;
  }
}

void PseudoTerminal::Signal(int signal) const { kill(pid_, signal); }

bool PseudoTerminal::is_cooked() const {
  termios settings{};
  tcgetattr(fd_, &settings);
  return (settings.c_lflag & ICANON) != 0 && (settings.c_lflag & ECHO) != 0;
}

std::optional<int> PseudoTerminal::Wait() {
  while (ReadSome()) {
  }
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) {
    pollfd ended{fd_, 0, 0};
    poll(&ended, 1, kPatienceMs);  // Until its end has hung up.
    if (waitpid(pid_, &status, 0) != pid_) return std::nullopt;
  }
  pid_ = -1;
  return WIFEXITED(status) ? std::optional(WEXITSTATUS(status)) : std::nullopt;
}

bool PseudoTerminal::ReadSome() {
  pollfd waited{fd_, POLLIN, 0};
  if (poll(&waited, 1, kPatienceMs) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t count = read(fd_, buffer.data(), buffer.size());
  if (count <= 0) return false;
  screen_.append(buffer.data(), static_cast<std::size_t>(count));
  return true;
}

}  // namespace oofgg::testing
