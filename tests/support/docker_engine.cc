#include "tests/support/docker_engine.h"

#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <utility>

#include "tests/support/eventually.h"

namespace oofgg::testing {
namespace {

constexpr const char* kPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

bool IsInstalled(const std::string& program) {
  for (const char* const folder :
       {"/usr/local/bin/", "/usr/local/sbin/", "/usr/bin/", "/usr/sbin/", "/sbin/"}) {
    if (access((folder + program).c_str(), X_OK) == 0) return true;
  }
  return false;
}

bool RaiseLoopback() {
  const int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  ifreq request{};
  std::strncpy(request.ifr_name, "lo", sizeof request.ifr_name - 1);
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  const bool raised = ioctl(fd, SIOCSIFFLAGS, &request) == 0;
  close(fd);
  return raised;
}

std::string Isolate() {
  for (const char* const program : {"dockerd", "docker", "containerd", "iptables"}) {
    if (!IsInstalled(program)) {
      return std::string("there is no ") + program +
             "; scripts/setup --stack installs docker.io and iptables";
    }
  }
  if (geteuid() != 0) return "dockerd wants root";
  if (unshare(CLONE_NEWNET) != 0)
    return std::string("no network namespace can be made: ") + std::strerror(errno);
  if (!RaiseLoopback()) return "the namespace's loopback cannot be raised";
  AdoptOrphans();
  return "";
}

}  // namespace

std::string DockerEngine::Obstacle() {
  static const std::string obstacle = Isolate();
  return obstacle;
}

DockerEngine::DockerEngine(std::string more) : more_(std::move(more)) { Start(); }

DockerEngine::~DockerEngine() {
  if (process_ != nullptr) Stop();
  EndOrphans();  // Of one that was killed: its containerd, and what that runs.
}

void DockerEngine::Start() {
  // Its log goes to a file: nobody would read it from a pipe.
  const std::string command = "exec dockerd --data-root '" + (directory_ / "data") + "' --exec-root '" +
                              (directory_ / "exec") + "' --pidfile '" + (directory_ / "pid") + "' --host '" +
                              host() + "' " + more_ + " >'" + (directory_ / "log") + "' 2>&1";
  process_ = std::make_unique<ChildProcess>(
      "/bin/sh", ChildProcess::Options{.arguments = {"-c", command},
                                       .environment = {{"HOME", directory_.path()}, {"PATH", kPath}}});
  if (Eventually([this] { return Docker("network inspect --format up none") == "up"; })) return;
  std::ifstream log(directory_ / "log");
  std::fprintf(stderr, "dockerd does not start\n%s",
               std::string(std::istreambuf_iterator<char>(log), {}).c_str());
  std::abort();
}

void DockerEngine::Stop() {
  process_->Signal(SIGTERM);
  process_->Wait();
  process_.reset();
}

void DockerEngine::Kill() {
  pid_t containerd = 0;
  std::ifstream(directory_ / "exec/containerd/containerd.pid") >> containerd;
  process_->Signal(SIGKILL);
  process_->Wait();
  process_.reset();
  // It dies with its parent and becomes our child; a zombie would pass for one that runs.
  if (containerd > 0) waitpid(containerd, nullptr, 0);
}

std::string DockerEngine::Docker(const std::string& arguments) const {
  const std::string command = "docker --host '" + host() + "' " + arguments + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return "popen fails";
  std::string output;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), count);
  pclose(pipe);
  while (!output.empty() && output.back() == '\n') output.pop_back();
  return output;
}

void DockerEngine::MakeImage(const std::string& name, const std::string& program,
                             const std::vector<std::string>& arguments) {
  const std::filesystem::path path(program);
  std::string entry = "ENTRYPOINT [\"/" + path.filename().string() + "\"";
  for (const std::string& argument : arguments) entry += ", \"" + argument + "\"";
  const std::string tar =
      "tar -C '" + path.parent_path().string() + "' -c '" + path.filename().string() + "' | ";
  const std::string command =
      tar + "docker --host '" + host() + "' import --change '" + entry + "]' - '" + name + "' >/dev/null";
  if (std::system(command.c_str()) == 0) return;
  std::fprintf(stderr, "cannot make the image %s\n", name.c_str());
  std::abort();
}

std::vector<std::string> DockerEngine::Containers(const std::string& filter) const {
  const std::string option = filter.empty() ? "" : " --filter '" + filter + "'";
  std::istringstream lines(Docker("ps --all --format '{{.Names}}'" + option));
  std::vector<std::string> names;
  for (std::string line; std::getline(lines, line);) names.push_back(line);
  return names;
}

}  // namespace oofgg::testing
