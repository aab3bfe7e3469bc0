#include "servers/cli/password.h"

#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <iostream>

namespace oofgg::cli {
namespace {

constexpr std::array kEndingSignals{SIGINT, SIGTERM, SIGHUP, SIGQUIT};

termios shown{};  // The terminal as it was, for the signal handler.

/// Whoever presses Ctrl-C at the prompt gets a terminal back that shows what is typed.
void ShowAndEnd(int signal) {
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
  std::signal(signal, SIG_DFL);
  raise(signal);
}

/// Turns the terminal's echo off while a password is typed.
class EchoOff {
 public:
  EchoOff() {
    if (tcgetattr(STDIN_FILENO, &shown) != 0) return;
    for (std::size_t i = 0; i < kEndingSignals.size(); ++i)
      before_[i] = std::signal(kEndingSignals[i], ShowAndEnd);
    termios quiet = shown;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    quiet.c_lflag |= ECHONL;
    changed_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
  }
  ~EchoOff() {
    if (!changed_) return;
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
    for (std::size_t i = 0; i < kEndingSignals.size(); ++i) std::signal(kEndingSignals[i], before_[i]);
  }
  EchoOff(const EchoOff&) = delete;
  EchoOff& operator=(const EchoOff&) = delete;

 private:
  std::array<void (*)(int), kEndingSignals.size()> before_{};
  bool changed_ = false;
};

std::string AskUnseen(const std::string& prompt) {
  const EchoOff quiet;
  std::fputs(prompt.c_str(), stderr);
  std::string line;
  std::getline(std::cin, line);
  return line;
}

}  // namespace

StatusOr<std::string> ReadPassword(bool twice) { return ReadSecret("password", twice); }

StatusOr<std::string> ReadSecret(const std::string& what, bool twice) {
  const bool typed = isatty(STDIN_FILENO) != 0;
  std::string secret;
  if (typed) {
    secret = AskUnseen(what + ": ");
  } else {
    std::getline(std::cin, secret);
  }
  if (secret.empty()) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "no " + what + "; type it, or send it as a line on stdin");
  }
  if (typed && twice && AskUnseen("once more: ") != secret) {
    return MakeStatus(StatusCode::kInvalidArgument, "the two " + what + "s differ; nothing was done");
  }
  return secret;
}

}  // namespace oofgg::cli
