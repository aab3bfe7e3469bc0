#include "backends/process/process_limits.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <utility>

#include "oofgg/log.h"

namespace oofgg::backends {
namespace {

constexpr std::string_view kMount = "/sys/fs/cgroup";
constexpr std::uint64_t kCpuPeriodMicros = 100'000;

Status Failed(const std::string& what) {
  return MakeStatus(StatusCode::kUnavailable, "cannot " + what + ": " + std::strerror(errno));
}

/// Files of a cgroup are there already, and each takes one write.
Status WriteTo(const std::string& path, const std::string& text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = fd >= 0 && write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const int error = errno;
  if (fd >= 0) close(fd);
  errno = error;
  return written ? Status() : Failed("write " + path);
}

/// No higher than what we have ourselves, which is all that we may give.
Status LimitResource(pid_t pid, __rlimit_resource resource, std::uint64_t limit) {
  rlimit ours{};
  if (getrlimit(resource, &ours) != 0) return Failed("read a limit");
  const rlim_t most = (std::min)(static_cast<rlim_t>(limit), ours.rlim_max);
  const rlimit theirs{.rlim_cur = most, .rlim_max = most};
  return prlimit(pid, resource, &theirs, nullptr) == 0 ? Status() : Failed("set a limit");
}

void Warn(const Status& status) {
  if (!status.ok()) Log(LogLevel::kWarning, "backends", std::string(status.message()));
}

}  // namespace

std::string OwnCgroup() {
  std::ifstream file("/proc/self/cgroup");
  std::string line;
  while (std::getline(file, line)) {
    if (!line.starts_with("0::")) continue;
    std::string path = std::string(kMount) + line.substr(3);
    if (path.back() == '/') path.pop_back();
    return access((path + "/cgroup.controllers").c_str(), R_OK) == 0 ? path : "";
  }
  return "";
}

LimitedProcesses::LimitedProcesses(ProcessLimits limits) : limits_(std::move(limits)) {
  if (!WantsGroups()) return;
  const Status opened = OpenGroups();
  if (opened.ok()) return;
  groups_.clear();
  Log(LogLevel::kWarning, "backends",
      "game servers get no cgroup (" + std::string(opened.message()) +
          "): " + (limits_.memory != 0 ? "memory is limited by RLIMIT_DATA, " : "") +
          "processor and tasks are not limited; name a delegated directory in PROCESS_CGROUP");
}

bool LimitedProcesses::WantsGroups() const {
  return limits_.memory != 0 || limits_.cpu_percent != 0 || limits_.tasks != 0;
}

Status LimitedProcesses::OpenGroups() {
  const std::string parent = limits_.cgroup.empty() ? OwnCgroup() : limits_.cgroup;
  if (parent.empty()) return MakeStatus(StatusCode::kUnavailable, "this system does not use cgroup v2");
  groups_ = parent + "/oofgg-servers";
  if (mkdir(groups_.c_str(), 0755) != 0 && errno != EEXIST) return Failed("make " + groups_);
  std::string controllers;
  if (limits_.memory != 0) controllers += "+memory ";
  if (limits_.cpu_percent != 0) controllers += "+cpu ";
  if (limits_.tasks != 0) controllers += "+pids ";
  for (const std::string& directory : {parent, groups_}) {
    OOFGG_RETURN_IF_ERROR(WriteTo(directory + "/cgroup.subtree_control", controllers));
  }
  return {};
}

std::string LimitedProcesses::PathOf(std::string_view id) const { return groups_ + "/" + std::string(id); }

Status LimitedProcesses::Group(pid_t pid, std::string_view id) const {
  const std::string group = PathOf(id);
  if (mkdir(group.c_str(), 0755) != 0 && errno != EEXIST) return Failed("make " + group);
  if (limits_.memory != 0) {
    OOFGG_RETURN_IF_ERROR(WriteTo(group + "/memory.max", std::to_string(limits_.memory)));
  }
  if (limits_.cpu_percent != 0) {
    const std::uint64_t quota = kCpuPeriodMicros * limits_.cpu_percent / 100;
    OOFGG_RETURN_IF_ERROR(
        WriteTo(group + "/cpu.max", std::to_string(quota) + " " + std::to_string(kCpuPeriodMicros)));
  }
  if (limits_.tasks != 0) {
    OOFGG_RETURN_IF_ERROR(WriteTo(group + "/pids.max", std::to_string(limits_.tasks)));
  }
  return WriteTo(group + "/cgroup.procs", std::to_string(pid));
}

void LimitedProcesses::Limit(pid_t pid, std::string_view id) const {
  if (!limits_.core_dumps) Warn(LimitResource(pid, RLIMIT_CORE, 0));
  if (limits_.open_files != 0) Warn(LimitResource(pid, RLIMIT_NOFILE, limits_.open_files));
  if (!groups_.empty()) {
    const Status grouped = Group(pid, id);
    if (grouped.ok()) return;
    Warn(grouped);
  }
  if (limits_.memory != 0) Warn(LimitResource(pid, RLIMIT_DATA, limits_.memory));
}

void LimitedProcesses::Forget(std::string_view id) const {
  if (!groups_.empty()) rmdir(PathOf(id).c_str());
}

}  // namespace oofgg::backends
