#include "backends/swarm/swarm_backend.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "backends/swarm/swarm_core.h"
#include "oofgg/log.h"

namespace oofgg::backends {

using orchestration::RunningServer;
using orchestration::ServerSpec;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLookTimeout{30'000};
constexpr milliseconds kLookAgain{1'000};
constexpr milliseconds kRemoveAgain{500};

std::string Filter(const std::vector<std::string>& labels) {
  return QueryValue(nlohmann::json{{"label", labels}}.dump());
}

/// What a maker made, whichever.
std::string MadeByMakers(const std::string& path, const std::string& label) {
  return path + "?filters=" + Filter({std::string(kMakerLabel) + "=1", label});
}

bool MayPass(const Status& status) { return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status); }

}  // namespace

SwarmBackend::Core::Core(SwarmBackendOptions options, DockerBackendParts parts, const EngineAddress& address,
                         ServicePlan plan)
    : options_(std::move(options)),
      plan_(std::move(plan)),
      parts_(parts),
      strand_(parts.executor),
      ownership_(plan_.container.owner),
      engine_(std::make_unique<EngineClient>(address, options_.docker.engine.version, strand_)) {}

SwarmBackend::Core::~Core() {
  strand_.Close();
  engine_.reset();
}

void SwarmBackend::Core::SetListener(const std::string& fleet, OnExit on_exit) {
  const bool begins = on_exit != nullptr;
  listeners_.Set(fleet, std::move(on_exit));
  if (begins) return;
  strand_.Post([this, fleet] {
    std::erase_if(followed_, [&fleet](const auto& server) { return server.second.fleet == fleet; });
  });
}

void SwarmBackend::Core::LookForSwarm(const StopOwed& owed) {
  engine_->Call({.path = "/nodes"}, [this, owed](const StatusOr<std::string>& nodes) {
    if (!nodes.ok() || network().empty()) return owed->Pay(nodes.status());
    engine_->Call({.path = "/networks/" + network()},
                  [owed](const StatusOr<std::string>& body) { owed->Pay(body.status()); });
  });
}

/// Tasks whose service has `label`, and the nodes.
void SwarmBackend::Core::Look(const std::string& label, OnView on_view) {
  engine_->Call({.path = MadeByMakers("/tasks", label), .timeout = kLookTimeout},
                [this, on_view = std::move(on_view)](const StatusOr<std::string>& body) {
                  auto tasks = body.ok() ? ParseTasks(*body) : body.status();
                  if (!tasks.ok()) return on_view(tasks.status());
                  engine_->Call({.path = "/nodes", .timeout = kLookTimeout},
                                [on_view, found = *std::move(tasks)](const StatusOr<std::string>& answer) {
                                  auto nodes = answer.ok() ? ParseNodes(*answer) : answer.status();
                                  if (!nodes.ok()) return on_view(nodes.status());
                                  on_view(View{.tasks = found, .nodes = *std::move(nodes)});
                                });
                });
}

StatusOr<RunningServer> SwarmBackend::Core::DescribeHere(const SwarmTask& task, const View& view) const {
  const auto node = view.nodes.find(task.node_id);
  return DescribeTask(task, network(), options_.docker.public_host,
                      node != view.nodes.end() ? node->second : std::string());
}

void SwarmBackend::Core::List(const std::string& fleet, const ListOwed& owed) {
  Look(std::string(kFleetLabel) + "=" + fleet,
       [this, fleet, owed](const StatusOr<View>& view) { Listed(fleet, view, owed); });
}

void SwarmBackend::Core::Listed(const std::string& fleet, const StatusOr<View>& view, const ListOwed& owed) {
  if (MayPass(view.status())) return After(kLookAgain, [this, fleet, owed] { List(fleet, owed); });
  if (!view.ok()) return owed->Pay(view.status());
  std::vector<RunningServer> servers;
  std::map<std::string, Followed> follow;
  std::set<std::string> run;
  for (const SwarmTask& task : view->tasks) {
    const std::string id = task.Label(kServerLabel);
    if (!task.Runs() || NewestTask(view->tasks, id) != &task || !ownership_.Has(task.labels)) continue;
    run.insert(id);
    if (starting_.contains(id)) continue;
    auto server = DescribeHere(task, *view);
    if (!server.ok()) {
      Log(LogLevel::kWarning, "backends", "leaves a task alone: " + std::string(server.status().message()));
      continue;
    }
    servers.push_back(*std::move(server));
    // One that is followed already is its task: another one that took its place is not.
    if (!followed_.contains(id)) follow[id] = {.fleet = fleet, .task = task.id};
  }
  owed->Pay(servers);
  for (auto& [id, followed] : follow) Follow(id, std::move(followed));
  RemoveIdle(fleet, std::move(run));
}

/// Services of an earlier maker in which nothing runs: it was killed in between.
void SwarmBackend::Core::RemoveIdle(const std::string& fleet, std::set<std::string> run) {
  const std::string filter = Filter({ownership_.Label(), std::string(kFleetLabel) + "=" + fleet});
  engine_->Call({.path = "/services?filters=" + filter, .timeout = kLookTimeout},
                [this, run = std::move(run)](const StatusOr<std::string>& body) {
                  const auto names = body.ok() ? ParseServiceNames(*body) : body.status();
                  if (!names.ok()) return;
                  for (const std::string& id : *names) {
                    if (!run.contains(id) && !starting_.contains(id) && !followed_.contains(id)) Remove(id);
                  }
                });
}

void SwarmBackend::Core::Follow(const std::string& id, Followed followed) {
  followed_[id] = std::move(followed);
  if (std::exchange(polling_, true)) return;
  After(options_.verify_cooldown, [this] { Poll(); });
}

/// A swarm tells nobody of its tasks, so it is asked: one call for all of them.
void SwarmBackend::Core::Poll() {
  for (const std::string& id : std::exchange(leftovers_, {})) Remove(id);
  // Whoever is followed only while it looks may have come too late to be seen.
  Look(ownership_.Label(), [this, followed = followed_](const StatusOr<View>& view) {
    if (view.ok()) {
      if (std::exchange(away_, false)) Log(LogLevel::kInfo, "backends", "sees the swarm's tasks again");
      Compare(followed, *view);
    } else if (!std::exchange(away_, true)) {
      Log(LogLevel::kWarning, "backends",
          "the swarm's tasks cannot be seen now: " + std::string(view.status().message()) + "; tries again");
    }
    polling_ = !followed_.empty() || !leftovers_.empty();
    if (polling_) After(options_.verify_cooldown, [this] { Poll(); });
  });
}

/// `followed`: those who were when `view` was asked for.
void SwarmBackend::Core::Compare(const std::map<std::string, Followed>& followed, const View& view) {
  std::map<std::string, const SwarmTask*> by_id;
  for (const SwarmTask& task : view.tasks) by_id[task.id] = &task;
  for (const auto& [id, then] : followed) {
    const auto now = followed_.find(id);
    if (now == followed_.end() || now->second.task != then.task) continue;
    const auto found = by_id.find(then.task);
    if (found == by_id.end()) {
      Ended(id, nullptr);
    } else if (!found->second->Runs()) {
      Ended(id, found->second);
    }
  }
}

void SwarmBackend::Core::Ended(const std::string& id, const SwarmTask* task) {
  if (!ending_.insert(id).second) return;
  if (task == nullptr) {
    if (Report(id, "its task was removed")) Remove(id);
    return;
  }
  ReadLastWords(*engine_, "/tasks/" + QueryValue(task->id),
                [this, id, how = HowItIs(*task)](const std::string& words) {
                  // With the task that may have taken its place: that is a server nobody has asked for.
                  if (Report(id, how + words)) Remove(id);
                });
}

/// False if it has become another's meanwhile.
bool SwarmBackend::Core::Report(const std::string& id, std::string reason) {
  ending_.erase(id);
  const auto followed = followed_.extract(id);
  if (followed.empty()) return false;
  return listeners_.Tell(followed.mapped().fleet, {id, std::move(reason)});
}

void SwarmBackend::Core::Remove(const std::string& id) {
  engine_->Call({.method = "DELETE", .path = "/services/" + QueryValue(id)},
                [this, id](const StatusOr<std::string>& body) {
                  if (body.ok() || absl::IsNotFound(body.status())) return;
                  Log(LogLevel::kWarning, "backends",
                      "cannot remove the service " + id + " now: " + std::string(body.status().message()));
                  leftovers_.insert(id);
                  if (!std::exchange(polling_, true)) After(options_.verify_cooldown, [this] { Poll(); });
                });
}

/// The swarm ends its task, and kills it after the grace that the service was made with.
void SwarmBackend::Core::Stop(const std::string& id, const StopOwed& owed, int tries) {
  engine_->Call({.method = "DELETE", .path = "/services/" + QueryValue(id)},
                [this, id, owed, tries](const StatusOr<std::string>& body) {
                  if (body.ok() || absl::IsNotFound(body.status())) {
                    owed->Pay(absl::OkStatus());
                    return void(Report(id, "stopped"));
                  }
                  if (tries <= 1) return owed->Pay(body.status());
                  After(kRemoveAgain, [this, id, owed, tries] { Stop(id, owed, tries - 1); });
                });
}

StatusOr<std::unique_ptr<SwarmBackend>> SwarmBackend::Make(SwarmBackendOptions options,
                                                           DockerBackendParts parts) {
  const DockerBackendOptions& docker = options.docker;
  OOFGG_ASSIGN_OR_RETURN(const EngineAddress address, ParseEngineAddress(docker.engine));
  if (!docker.image.image.empty()) OOFGG_RETURN_IF_ERROR(ParseImage(docker.image.image).status());
  OOFGG_ASSIGN_OR_RETURN(ExposedPort port, ParseExposedPort(docker.expose_port));
  ServicePlan plan{.container = {.image = docker.image.image,
                                 .port = std::move(port),
                                 .control_port = docker.control_port,
                                 .network = docker.network,
                                 .limits = docker.limits,
                                 .owner = docker.owner},
                   .constraints = options.constraints};
  return std::unique_ptr<SwarmBackend>(
      new SwarmBackend(std::make_unique<Core>(std::move(options), parts, address, std::move(plan))));
}

SwarmBackend::SwarmBackend(std::unique_ptr<Core> core) : core_(std::move(core)) {}
SwarmBackend::~SwarmBackend() = default;

Status SwarmBackend::CheckSetting() {
  const Status status = WaitFor(*core_, [](Core& core, const StopOwed& owed) { core.LookForSwarm(owed); });
  if (absl::IsNotFound(status)) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "DOCKER_NETWORK: there is no network '" + core_->network() +
                          "'; make it with: docker network create --driver overlay --attachable " +
                          core_->network());
  }
  if (status.message().find("swarm") != absl::string_view::npos) {
    return MakeStatus(StatusCode::kFailedPrecondition, std::string(status.message()));
  }
  if (!status.ok())
    Log(LogLevel::kWarning, "backends", std::string(status.message()) + "; goes on without it");
  return {};
}

void SwarmBackend::Start(ServerSpec spec, OnStarted on_started) {
  PostOwing<StartOwed>(
      *core_, std::move(on_started),
      [spec = std::move(spec)](Core& core, const StartOwed& owed) { core.Start(spec, owed); });
}

void SwarmBackend::Stop(std::string_view id, milliseconds /*grace*/, OnStopped on_stopped) {
  constexpr int kTries = 3;
  PostOwing<StopOwed>(
      *core_, std::move(on_stopped),
      [id = std::string(id)](Core& core, const StopOwed& owed) { core.Stop(id, owed, kTries); });
}

void SwarmBackend::List(std::string_view fleet, OnListed on_listed) {
  PostOwing<ListOwed>(
      *core_, std::move(on_listed),
      [fleet = std::string(fleet)](Core& core, const ListOwed& owed) { core.List(fleet, owed); });
}

void SwarmBackend::WatchExits(std::string_view fleet, OnExit on_exit) {
  core_->SetListener(std::string(fleet), std::move(on_exit));
}

}  // namespace oofgg::backends
