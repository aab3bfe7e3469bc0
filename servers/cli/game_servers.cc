#include "servers/cli/game_servers.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <vector>

#include "backends/process/process_record.h"

namespace oofgg::cli {
namespace {

struct Stopping {
  backends::ProcessRecord record;
  int pidfd;  // As long as it is open, the pid is its own.
};

std::vector<Stopping> AskAll(const backends::ProcessRecords& records) {
  std::vector<Stopping> asked;
  for (backends::ProcessRecord& record : records.ReadAll()) {
    const int pidfd = static_cast<int>(syscall(SYS_pidfd_open, record.pid, 0));
    if (pidfd < 0) continue;
    if (!backends::StillRuns(record)) {
      close(pidfd);
      continue;
    }
    kill(-record.pid, SIGTERM);  // A game server leads a group of its own.
    asked.push_back({std::move(record), pidfd});
  }
  return asked;
}

}  // namespace

std::size_t StopGameServers(const std::string& directory, std::chrono::milliseconds patience) {
  const backends::ProcessRecords records(directory);
  const std::vector<Stopping> asked = AskAll(records);
  const auto give_up = std::chrono::steady_clock::now() + patience;
  for (const Stopping& server : asked) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(give_up - std::chrono::steady_clock::now());
    pollfd ended{server.pidfd, POLLIN, 0};
    if (poll(&ended, 1, static_cast<int>((std::max)(left, std::chrono::milliseconds(0)).count())) == 0) {
      kill(-server.record.pid, SIGKILL);
    }
    close(server.pidfd);
    records.Erase(server.record.id);
  }
  return asked.size();
}

}  // namespace oofgg::cli
