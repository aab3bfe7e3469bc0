#include "backends/process/process_backend.h"

#include <csignal>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "backends/process/command_line.h"
#include "backends/process/process_record.h"
#include "backends/process/process_watcher.h"
#include "backends/process/server_log.h"
#include "backends/process/server_ports.h"
#include "backends/process/spawn.h"
#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "oofgg/random.h"
#include "orchestration/fill_in.h"

namespace oofgg::backends {

using orchestration::RunningServer;
using orchestration::ServerSpec;

namespace {

/// The last lines of a game server's output, for the reason of its end.
std::string TailOf(const std::string& path) {
  constexpr std::streamoff kBytes = 400;
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return "";
  const std::streamoff size = file.tellg();
  file.seekg(size > kBytes ? size - kBytes : 0);
  std::string tail((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!tail.empty() && (tail.back() == '\n' || tail.back() == ' ')) tail.pop_back();
  for (char& c : tail) {
    if (c == '\n') c = '|';
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return tail;
}

}  // namespace

/// Everything runs on the watcher's thread, except for the first step of each call.
class ProcessBackend::Impl {
 public:
  Impl(ProcessBackendOptions options, std::vector<std::string> command)
      : options_(std::move(options)),
        command_(std::move(command)),
        records_(options_.directory),
        limits_(options_.limits) {}

  [[nodiscard]] Status Prepare() {
    OOFGG_RETURN_IF_ERROR(records_.Prepare());
    if (options_.log_bytes != 0) BoundLogsLater();
    return {};
  }

  void Post(std::function<void()> task) { watcher_.At(Clock::System().Now(), std::move(task)); }

  void Start(const ServerSpec& spec, OnStarted on_started) {
    auto server = Launch(spec);
    on_started(server);
    if (server.ok()) Follow(server->id);
  }

  void Stop(const std::string& id, std::chrono::milliseconds grace, OnStopped on_stopped) {
    const auto found = running_.find(id);
    if (found != running_.end() && watcher_.Signal(found->second.pid, SIGTERM)) {
      watcher_.At(DeadlineAfter(Clock::System().Now(), grace), [this, id, pid = found->second.pid] {
        const auto still = running_.find(id);
        if (still != running_.end() && still->second.pid == pid) watcher_.Signal(pid, SIGKILL);
      });
      // A stopped process does not see SIGTERM until it goes on.
      watcher_.Signal(found->second.pid, SIGCONT);
    }
    on_stopped(absl::OkStatus());
  }

  void List(const std::string& fleet, OnListed on_listed) {
    std::vector<RunningServer> servers;
    for (const ProcessRecord& record : records_.ReadAll()) {
      if (record.fleet != fleet) continue;
      if (running_.contains(record.id)) {
        servers.push_back(Describe(record));
      } else if (StillRuns(record)) {
        running_[record.id] = record;
        servers.push_back(Describe(record));
      } else {
        records_.Erase(record.id);
        limits_.Forget(record.id);
      }
    }
    on_listed(servers);
    for (const RunningServer& server : servers) Follow(server.id);
  }

  void WatchExits(const std::string& fleet, OnExit on_exit) {
    const std::lock_guard lock(exits_mutex_);
    if (on_exit) {
      on_exit_[fleet] = std::move(on_exit);
    } else {
      on_exit_.erase(fleet);
    }
  }

 private:
  StatusOr<std::pair<std::uint16_t, std::uint16_t>> Ports() const {
    if (!options_.ports) return PickPorts(RandomSource::System());
    std::set<std::uint16_t> taken;  // By other makers' servers, too.
    for (const ProcessRecord& record : records_.ReadAll()) {
      if (StillRuns(record)) taken.insert({record.port, record.control_port});
    }
    return PickPortsOf(*options_.ports, taken, RandomSource::System());
  }

  void BoundLogsLater() {
    watcher_.At(DeadlineAfter(Clock::System().Now(), options_.log_period), [this] {
      for (const auto& [id, record] : running_) {
        const auto bounded = BoundLog(records_.LogPath(id), records_.OldLogPath(id), options_.log_bytes);
        if (!bounded.ok()) Log(LogLevel::kWarning, "backends", std::string(bounded.status().message()));
      }
      BoundLogsLater();
    });
  }

  StatusOr<RunningServer> Launch(const ServerSpec& spec) {
    OOFGG_ASSIGN_OR_RETURN(const auto ports, Ports());
    const std::map<std::string, std::string> values{{"port", std::to_string(ports.first)},
                                                    {"control_port", std::to_string(ports.second)},
                                                    {"server_id", spec.id}};
    std::vector<std::string> words;
    if (spec.command.empty() && command_.empty()) {
      return MakeStatus(StatusCode::kFailedPrecondition,
                        "neither PROCESS_COMMAND nor the fleet names a program");
    }
    std::vector<std::string> own;
    if (!spec.command.empty()) {
      auto split = SplitCommand(spec.command);
      if (!split.ok())
        return MakeStatus(StatusCode::kFailedPrecondition, std::string(split.status().message()));
      own = *std::move(split);
    }
    for (const std::string& word : own.empty() ? command_ : own)
      words.push_back(orchestration::FillIn(word, values));
    std::map<std::string, std::string> environment;
    for (const auto& [name, value] : spec.environment)
      environment[name] = orchestration::FillIn(value, values);

    ProcessRecord record{.id = spec.id,
                         .fleet = spec.fleet,
                         .boot_id = CurrentBootId(),
                         .port = ports.first,
                         .control_port = ports.second};
    // Written down before it runs: if we are killed in between, nothing runs that nobody would find again.
    OOFGG_ASSIGN_OR_RETURN(HeldProcess process, Spawn(words, environment, records_.LogPath(spec.id)));
    record.pid = process.pid();
    record.start_time = StartTimeOf(record.pid).value_or(0);
    OOFGG_RETURN_IF_ERROR(records_.Write(record));
    limits_.Limit(record.pid, spec.id);
    if (const Status runs = process.Run(); !runs.ok()) {
      records_.Erase(spec.id);
      limits_.Forget(spec.id);
      return runs;
    }
    running_[spec.id] = record;
    return Describe(record);
  }

  void Follow(const std::string& id) {
    ProcessRecord& record = running_.at(id);
    if (followed_.contains(id)) return;
    const auto ended = [this, id](std::string how) { OnEnd(id, std::move(how)); };
    const Status watched = watcher_.Watch(record.pid, ended);
    if (watched.ok()) {
      followed_.insert({id, record.pid});
    } else if (absl::IsNotFound(watched)) {
      OnEnd(id, "ended");
    } else {
      Log(LogLevel::kError, "backends", std::string(watched.message()));
    }
  }

  void OnEnd(const std::string& id, std::string how) {
    const auto found = running_.find(id);
    if (found == running_.end()) return;
    const std::string fleet = found->second.fleet;
    running_.erase(found);
    followed_.erase(id);
    const std::string tail = TailOf(records_.LogPath(id));
    records_.Erase(id);
    limits_.Forget(id);
    if (!tail.empty()) how += "; its last words: " + tail;
    const std::lock_guard lock(exits_mutex_);
    const auto listener = on_exit_.find(fleet);
    if (listener != on_exit_.end()) listener->second({id, std::move(how)});
  }

  RunningServer Describe(const ProcessRecord& record) const {
    return {.id = record.id,
            .fleet = record.fleet,
            .host = options_.public_host,
            .port = record.port,
            .control = FormatHostPort({options_.control_host, record.control_port})};
  }

  const ProcessBackendOptions options_;
  const std::vector<std::string> command_;
  const ProcessRecords records_;
  const LimitedProcesses limits_;
  std::map<std::string, ProcessRecord> running_;
  std::map<std::string, pid_t> followed_;
  std::mutex exits_mutex_;
  std::map<std::string, OnExit> on_exit_;  // Guarded by exits_mutex_, which is held while one runs.
  ProcessWatcher watcher_;                 // Last: its thread uses all of the above.
};

StatusOr<std::unique_ptr<ProcessBackend>> ProcessBackend::Make(ProcessBackendOptions options) {
  std::vector<std::string> command;  // None: each fleet has its own.
  if (!options.command.empty()) {
    OOFGG_ASSIGN_OR_RETURN(command, SplitCommand(options.command));
  }
  auto impl = std::make_unique<Impl>(std::move(options), std::move(command));
  OOFGG_RETURN_IF_ERROR(impl->Prepare());
  return std::unique_ptr<ProcessBackend>(new ProcessBackend(std::move(impl)));
}

ProcessBackend::ProcessBackend(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProcessBackend::~ProcessBackend() = default;

namespace {

/// Lets a task that can only be moved into a `std::function`; runs it at most once, or tells it at the end
/// that it never ran.
template <typename Callback, typename Result>
struct Owed {
  explicit Owed(Callback callback) : on_done(std::move(callback)) {}
  ~Owed() {
    if (on_done) on_done(Result(MakeStatus(StatusCode::kCancelled, "the process backend is shutting down")));
  }
  Owed(const Owed&) = delete;
  Owed& operator=(const Owed&) = delete;
  Callback Take() { return std::exchange(on_done, nullptr); }
  Callback on_done;
};

}  // namespace

void ProcessBackend::Start(ServerSpec spec, OnStarted on_started) {
  auto owed = std::make_shared<Owed<OnStarted, StatusOr<RunningServer>>>(std::move(on_started));
  impl_->Post([impl = impl_.get(), spec = std::move(spec), owed] { impl->Start(spec, owed->Take()); });
}

void ProcessBackend::Stop(std::string_view id, std::chrono::milliseconds grace, OnStopped on_stopped) {
  auto owed = std::make_shared<Owed<OnStopped, Status>>(std::move(on_stopped));
  impl_->Post(
      [impl = impl_.get(), id = std::string(id), grace, owed] { impl->Stop(id, grace, owed->Take()); });
}

void ProcessBackend::List(std::string_view fleet, OnListed on_listed) {
  auto owed = std::make_shared<Owed<OnListed, StatusOr<std::vector<RunningServer>>>>(std::move(on_listed));
  impl_->Post([impl = impl_.get(), fleet = std::string(fleet), owed] { impl->List(fleet, owed->Take()); });
}

void ProcessBackend::WatchExits(std::string_view fleet, OnExit on_exit) {
  impl_->WatchExits(std::string(fleet), std::move(on_exit));
}

}  // namespace oofgg::backends
