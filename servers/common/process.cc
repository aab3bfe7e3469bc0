#include "servers/common/process.h"

#include <sys/resource.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::servers {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

void RaiseDescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace

std::size_t DescriptorsForConnections(std::size_t limit) {
  constexpr std::size_t kReserve = 1'000;
  return limit - (std::min)(kReserve, limit / 4);
}

struct Process::Guard {
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work;
};

Process::Process(const std::string& name, LogOptions log)
    : log_(name, log), io_(std::make_unique<boost::asio::io_context>()) {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  RaiseDescriptorLimit();
  guard_ = std::make_unique<Guard>(Guard{boost::asio::make_work_guard(*io_)});
}

Process::~Process() { Stop(); }

void Process::Start(std::size_t threads) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { io_->run(); });
}

void Process::AnnounceReady(const std::vector<std::pair<std::string, std::string>>& addresses) {
  std::string line = "ready";
  for (const auto& [name, address] : addresses) line += " " + name + "=" + address;
  std::printf("%s\n", line.c_str());
  std::fflush(stdout);
}

void Process::WaitForSignal() {
  const sigset_t signals = StopSignals();
  int signal = 0;
  sigwait(&signals, &signal);
  Log(LogLevel::kDebug, "main", signal == SIGTERM ? "SIGTERM: draining" : "SIGINT: draining");
}

bool Process::StopRequested() {
  sigset_t pending;
  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGINT) == 1 || sigismember(&pending, SIGTERM) == 1;
}

std::size_t Process::DescriptorLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return SIZE_MAX;
  return limit.rlim_cur;
}

void Process::Stop() {
  guard_.reset();
  io_->stop();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace oofgg::servers
