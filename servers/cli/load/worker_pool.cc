#include "servers/cli/load/worker_pool.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace oofgg::load {
namespace {

constexpr timespec kMoment{0, 20'000'000};
constexpr int kMomentsToQuit = 250;

}  // namespace

Status WorkerPool::Fork(const std::function<void()>& work) {
  const pid_t conductor = getpid();
  const pid_t pid = fork();
  if (pid < 0) {
    return MakeStatus(StatusCode::kResourceExhausted,
                      std::string("no process for a worker: ") + std::strerror(errno));
  }
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGPIPE, SIG_IGN);       // OpenSSL writes without MSG_NOSIGNAL.
    prctl(PR_SET_TIMERSLACK, 1UL);  // Changes are due to the microsecond.
    if (getppid() == conductor) work();
    _exit(0);
  }
  workers_.push_back(pid);
  return {};
}

Status WorkerPool::Check() {
  for (const pid_t worker : workers_) {
    int how = 0;
    if (waitpid(worker, &how, WNOHANG) != worker) continue;
    std::erase(workers_, worker);
    return MakeStatus(
        StatusCode::kInternal,
        "a worker of the load ended early" +
            (WIFSIGNALED(how) ? ", by signal " + std::to_string(WTERMSIG(how)) : std::string()));
  }
  return {};
}

void WorkerPool::Join() {
  for (int moment = 0; !workers_.empty(); ++moment) {
    std::erase_if(workers_, [&](pid_t worker) {
      if (moment >= kMomentsToQuit) kill(worker, SIGKILL);
      return waitpid(worker, nullptr, moment >= kMomentsToQuit ? 0 : WNOHANG) == worker;
    });
    if (!workers_.empty()) nanosleep(&kMoment, nullptr);
  }
}

}  // namespace oofgg::load
