#include "servers/cli/supervisor.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <utility>

namespace oofgg::cli {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFirstPause{100};
/// So many ends in a row are no accident; with the pauses between them they take three seconds and more.
constexpr int kMostEnds = 6;
/// Having run for so long, an end counts as the first one again.
constexpr std::chrono::seconds kStable{30};
constexpr std::string_view kReady = "ready ";

std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

sigset_t WatchedSignals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGCHLD}) sigaddset(&set, signal);
  return set;
}

}  // namespace

struct Supervisor::Program {
  ProgramSpec spec;
  std::unique_ptr<ChildProgram> child;  // Null: it does not run.
  std::string ready_line;               // Of this run.
  bool was_ready = false;               // Of any.
  std::string last_words;
  SteadyTime started;
  int ends_in_a_row = 0;
  std::optional<SteadyTime> restart_at;
};

Supervisor::Supervisor(std::function<void(const ProgramEvent&)> on_event) : on_event_(std::move(on_event)) {
  const sigset_t set = WatchedSignals();
  sigprocmask(SIG_BLOCK, &set, nullptr);
  signals_ = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

Supervisor::~Supervisor() { close(signals_); }

StatusOr<std::string> Supervisor::Start(ProgramSpec spec, std::chrono::seconds patience) {
  programs_.push_back(std::make_unique<Program>());
  Program& program = *programs_.back();
  program.spec = std::move(spec);
  OOFGG_RETURN_IF_ERROR(Launch(program));
  const auto give_up = Now() + patience;
  while (program.ready_line.empty()) {
    if (stop_asked_) return MakeStatus(StatusCode::kCancelled, "interrupted");
    if (program.child == nullptr) return MakeStatus(StatusCode::kUnavailable, program.last_words);
    if (Now() >= give_up) {
      return MakeStatus(StatusCode::kUnavailable,
                        program.spec.name + " is not ready after " + std::to_string(patience.count()) + " s");
    }
    Turn(give_up);
  }
  return program.ready_line;
}

void Supervisor::SetArguments(const std::string& name, std::vector<std::string> arguments) {
  for (const auto& program : programs_) {
    if (program->spec.name != name) continue;
    program->spec.arguments = std::move(arguments);
    return;
  }
}

Status Supervisor::Run() {
  while (!stop_asked_ && given_up_.ok()) Turn(std::nullopt);
  return given_up_;
}

void Supervisor::StopAll(std::chrono::seconds patience) {
  stopping_ = true;
  for (auto program = programs_.rbegin(); program != programs_.rend(); ++program) {
    if ((*program)->child != nullptr) (*program)->child->Signal(SIGTERM);
  }
  const auto give_up = Now() + patience;
  const auto runs = [](const auto& program) { return program->child != nullptr; };
  while (std::any_of(programs_.begin(), programs_.end(), runs) && Now() < give_up) Turn(give_up);
  programs_.clear();
}

Status Supervisor::Launch(Program& program) {
  program.restart_at.reset();
  program.ready_line.clear();
  program.last_words.clear();
  program.started = Now();
  OOFGG_ASSIGN_OR_RETURN(program.child, ChildProgram::Start(program.spec));
  return {};
}

void Supervisor::Turn(std::optional<SteadyTime> deadline) {
  std::vector<pollfd> watched{{signals_, POLLIN, 0}};
  for (const auto& program : programs_) {
    if (program->child == nullptr) continue;
    watched.push_back({program->child->output().fd(), POLLIN, 0});
    watched.push_back({program->child->errors().fd(), POLLIN, 0});
  }
  if (const auto restart = NextRestart();
      restart.has_value() && (!deadline.has_value() || *restart < *deadline)) {
    deadline = restart;
  }
  int timeout = -1;
  if (deadline.has_value()) {
    const auto left = std::chrono::ceil<milliseconds>(*deadline - Now());
    timeout = static_cast<int>((std::max)(left, milliseconds(0)).count());
  }
  poll(watched.data(), watched.size(), timeout);

  signalfd_siginfo signal{};
  while (read(signals_, &signal, sizeof signal) == sizeof signal) {
    if (signal.ssi_signo != SIGCHLD) stop_asked_ = true;
  }
  for (const auto& program : programs_) {
    if (program->child == nullptr) continue;
    std::string how;
    // In this order: whoever has ended says nothing more.
    const bool ended = program->child->TakeEnd(&how);
    ReadPipes(*program);
    if (ended) OnEnd(*program, how);
  }
  RestartDue();
}

void Supervisor::ReadPipes(Program& program) {
  program.child->output().Read([&](const std::string& line) {
    // What a server goes on saying is its own; it is read so that its pipe never fills.
    if (program.ready_line.empty() && line.starts_with(kReady)) OnReady(program, line);
  });
  const std::string last = program.spec.name + ": ";
  program.child->errors().Read([&](const std::string& line) {
    if (line.starts_with(last)) {
      program.last_words = line.substr(last.size());
    } else {
      std::fprintf(stderr, "%s\n", line.c_str());
    }
  });
}

void Supervisor::OnReady(Program& program, const std::string& line) {
  program.ready_line = line;
  on_event_({.kind = ProgramEvent::Kind::kReady,
             .program = program.spec.name,
             .pid = program.child->pid(),
             .again = std::exchange(program.was_ready, true),
             .detail = line.substr(kReady.size())});
}

void Supervisor::OnEnd(Program& program, const std::string& how) {
  const pid_t pid = program.child->pid();
  program.child.reset();
  if (stopping_) return;
  std::string detail = how;
  if (!program.last_words.empty()) detail += ": " + program.last_words;
  program.last_words = program.spec.name + " " + detail;
  if (!program.was_ready) return;  // `Start` says so.
  if (Now() - program.started > kStable) program.ends_in_a_row = 0;
  if (++program.ends_in_a_row >= kMostEnds) {
    given_up_ = MakeStatus(StatusCode::kUnavailable,
                           program.spec.name + " keeps ending, " + std::to_string(kMostEnds) +
                               " times in a row; the last time it " + detail + "; all servers are stopped");
    return;
  }
  const milliseconds pause = kFirstPause * (1 << (program.ends_in_a_row - 1));
  program.restart_at = Now() + pause;
  on_event_({.kind = ProgramEvent::Kind::kEnded,
             .program = program.spec.name,
             .pid = pid,
             .detail = detail,
             .restart = pause});
}

void Supervisor::RestartDue() {
  for (const auto& program : programs_) {
    if (stopping_ || !program->restart_at.has_value() || *program->restart_at > Now()) continue;
    if (const Status status = Launch(*program); !status.ok()) given_up_ = status;
  }
}

std::optional<Supervisor::SteadyTime> Supervisor::NextRestart() const {
  std::optional<SteadyTime> next;
  for (const auto& program : programs_) {
    if (stopping_ || !program->restart_at.has_value()) continue;
    next = next.has_value() ? (std::min)(*next, *program->restart_at) : *program->restart_at;
  }
  return next;
}

}  // namespace oofgg::cli
