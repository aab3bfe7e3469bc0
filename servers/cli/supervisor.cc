#include "servers/cli/supervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <memory>
#include <utility>

extern char** environ;

namespace oofgg::cli {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;
using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{10'000};
/// Having run for so long, an end counts as the first one again.
constexpr std::chrono::seconds kStable{30};

SteadyTime Now() { return std::chrono::steady_clock::now(); }

sigset_t WatchedSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

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

std::string HowItEnded(int status) {
  if (WIFEXITED(status)) return "ended with status " + std::to_string(WEXITSTATUS(status));
  return std::string("was ended by ") + strsignal(WTERMSIG(status));
}

}  // namespace

struct Supervisor::Child {
  ProgramSpec spec;
  pid_t pid = -1;
  int output = -1;
  std::string unread;
  SteadyTime started;
  milliseconds pause = kFirstPause;
  std::optional<SteadyTime> restart_at;
};

Supervisor::Supervisor() {
  const sigset_t set = WatchedSignals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC);
}

Supervisor::~Supervisor() {
  for (const auto& child : children_) {
    if (child->pid > 0) kill(child->pid, SIGKILL);
    if (child->output >= 0) close(child->output);
  }
  close(signals_);
}

Status Supervisor::Spawn(Child& child) {
  std::vector<std::string> arguments{child.spec.path};
  arguments.insert(arguments.end(), child.spec.arguments.begin(), child.spec.arguments.end());
  std::vector<std::string> environment = EnvironmentWith(child.spec.environment);
  const std::vector<char*> argv = Pointers(arguments);
  const std::vector<char*> envp = Pointers(environment);
  std::array<int, 2> pipe_ends{};
  if (pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return MakeStatus(StatusCode::kUnavailable, std::strerror(errno));
  const pid_t parent = getpid();
  child.pid = fork();
  if (child.pid == 0) {
    // If we are killed, the servers go too: nobody would restart them.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    // A group of its own, so that Ctrl-C reaches us alone and the end is an orderly one.
    setpgid(0, 0);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    dup2(pipe_ends[1], STDOUT_FILENO);
    execve(child.spec.path.c_str(), argv.data(), envp.data());
    _exit(127);
  }
  close(pipe_ends[1]);
  if (child.pid < 0) {
    close(pipe_ends[0]);
    return MakeStatus(StatusCode::kUnavailable, "cannot start " + child.spec.path + ": " + std::strerror(errno));
  }
  if (child.output >= 0) close(child.output);
  child.output = pipe_ends[0];
  child.unread.clear();
  child.started = Now();
  child.restart_at.reset();
  return {};
}

StatusOr<std::string> Supervisor::AwaitReady(Child& child, std::chrono::seconds patience) {
  const SteadyTime give_up = Now() + patience;
  while (true) {
    if (const std::size_t end = child.unread.find('\n'); end != std::string::npos) {
      const std::string line = child.unread.substr(0, end);
      child.unread.erase(0, end + 1);
      if (line.starts_with("ready ")) return line;
      continue;
    }
    const auto left = std::chrono::ceil<milliseconds>(give_up - Now());
    pollfd readable{child.output, POLLIN, 0};
    if (left.count() <= 0 || poll(&readable, 1, static_cast<int>(left.count())) == 0) {
      return MakeStatus(StatusCode::kUnavailable, child.spec.name + " is not ready after " +
                                                      std::to_string(patience.count()) + " s");
    }
    std::array<char, 1024> buffer;
    const ssize_t count = read(child.output, buffer.data(), buffer.size());
    if (count > 0) {
      child.unread.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0 || errno != EINTR) {
      int status = 0;
      waitpid(child.pid, &status, 0);
      child.pid = -1;
      return MakeStatus(StatusCode::kUnavailable, child.spec.name + " " + HowItEnded(status));
    }
  }
}

StatusOr<std::string> Supervisor::Start(ProgramSpec spec, std::chrono::seconds patience) {
  auto child = std::make_unique<Child>();
  child->spec = std::move(spec);
  OOFGG_RETURN_IF_ERROR(Spawn(*child));
  children_.push_back(std::move(child));
  return AwaitReady(*children_.back(), patience);
}

void Supervisor::Reap(const std::function<void(const std::string&)>& on_event) {
  int status = 0;
  for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    const auto ended =
        std::find_if(children_.begin(), children_.end(), [pid](const auto& child) { return child->pid == pid; });
    if (ended == children_.end()) continue;
    Child& child = **ended;
    child.pid = -1;
    child.pause = Now() - child.started > kStable ? kFirstPause : (std::min)(child.pause * 2, kLongestPause);
    child.restart_at = Now() + child.pause;
    on_event(child.spec.name + " " + HowItEnded(status) + "; starting it again in " +
             std::to_string(child.pause.count()) + " ms");
  }
}

void Supervisor::Restart(const std::function<void(const std::string&)>& on_event) {
  for (const auto& child : children_) {
    if (!child->restart_at.has_value() || *child->restart_at > Now()) continue;
    if (const Status status = Spawn(*child); !status.ok()) {
      child->restart_at = Now() + child->pause;
      on_event(std::string(status.message()));
    } else {
      on_event(child->spec.name + " started again, pid " + std::to_string(child->pid));
    }
  }
}

int Supervisor::MillisecondsToNextRestart() const {
  int next = -1;
  for (const auto& child : children_) {
    if (!child->restart_at.has_value()) continue;
    const auto left = std::chrono::ceil<milliseconds>(*child->restart_at - Now()).count();
    const int wait = static_cast<int>((std::max)(left, milliseconds::rep{0}));
    next = next < 0 ? wait : (std::min)(next, wait);
  }
  return next;
}

void Supervisor::Run(const std::function<void(const std::string& line)>& on_event) {
  while (true) {
    std::vector<pollfd> watched{{signals_, POLLIN, 0}};
    for (const auto& child : children_) watched.push_back({child->output, POLLIN, 0});
    poll(watched.data(), watched.size(), MillisecondsToNextRestart());
    if (watched[0].revents != 0) {
      signalfd_siginfo info{};
      if (read(signals_, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD) return;
      Reap(on_event);
    }
    // What a server goes on saying is its own; it is read so that its pipe never fills.
    for (std::size_t i = 1; i < watched.size(); ++i) {
      if (watched[i].revents == 0) continue;
      std::array<char, 4096> buffer;
      if (read(watched[i].fd, buffer.data(), buffer.size()) <= 0) {
        close(watched[i].fd);
        children_[i - 1]->output = -1;
      }
    }
    Restart(on_event);
  }
}

void Supervisor::StopAll(std::chrono::seconds patience) {
  const SteadyTime give_up = Now() + patience;
  for (auto child = children_.rbegin(); child != children_.rend(); ++child) {
    if ((*child)->pid > 0) kill((*child)->pid, SIGTERM);
  }
  for (const auto& child : children_) {
    while (child->pid > 0) {
      if (waitpid(child->pid, nullptr, WNOHANG) != 0) {
        child->pid = -1;
        break;
      }
      const auto left = std::chrono::ceil<milliseconds>(give_up - Now()).count();
      if (left <= 0) {
        kill(child->pid, SIGKILL);
        waitpid(child->pid, nullptr, 0);
        child->pid = -1;
        break;
      }
      pollfd signalled{signals_, POLLIN, 0};
      poll(&signalled, 1, static_cast<int>((std::min)(left, milliseconds::rep{100})));
      signalfd_siginfo info{};
      if (signalled.revents != 0 && read(signals_, &info, sizeof info) < 0) break;
    }
  }
}

}  // namespace oofgg::cli
