#include "backends/docker/docker_backend.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "backends/docker/docker_core.h"
#include "oofgg/log.h"

namespace oofgg::backends {

using orchestration::RunningServer;
using orchestration::ServerSpec;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kListTimeout{30'000};
constexpr milliseconds kListAgain{1'000};
constexpr milliseconds kCheckTimeout{5'000};

/// Labels that all must be there.
std::string LabelFilter(const std::vector<std::string>& labels) {
  return nlohmann::json{{"label", labels}}.dump();
}

std::string EventFilter(const std::string& label) {
  return nlohmann::json{{"type", {"container"}}, {"event", {"die", "destroy"}}, {"label", {label}}}.dump();
}

/// Players come by ports of the host, and into such a network none lead.
Status CheckNetwork(const std::string& name, const std::string& body) {
  const auto network = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  const bool is_internal = network.is_object() && network.contains("Internal") && network["Internal"] == true;
  if (!is_internal) return {};
  return MakeStatus(StatusCode::kFailedPrecondition, "DOCKER_NETWORK: the network '" + name +
                                                         "' is internal, so no ports are published from it; "
                                                         "make one with: docker network create NAME");
}

}  // namespace

DockerBackend::Core::Core(DockerBackendOptions options, DockerBackendParts parts,
                          const EngineAddress& address, ContainerPlan plan)
    : options_(std::move(options)),
      plan_(std::move(plan)),
      engine_host_(address.host),
      parts_(parts),
      strand_(parts.executor),
      ownership_(plan_.owner),
      engine_(std::make_unique<EngineClient>(address, options_.engine.version, strand_)),
      events_(std::make_unique<EventStream>(
          *engine_, strand_, parts.clock, parts.random, EventFilter(ownership_.Label()),
          [this] { OnConnected(); }, [this](const EngineEvent& event) { OnEvent(event); })) {}

DockerBackend::Core::~Core() {
  strand_.Close();
  engine_.reset();
}

void DockerBackend::Core::SetListener(const std::string& fleet, OnExit on_exit) {
  const bool begins = on_exit != nullptr;
  listeners_.Set(fleet, std::move(on_exit));
  if (begins) return;
  // Its servers are another's now, who removes those that end.
  strand_.Post([this, fleet] {
    std::erase_if(followed_,
                  [&fleet](const auto& followed) { return followed.second.server.fleet == fleet; });
  });
}

void DockerBackend::Core::Watch() {
  if (std::exchange(watching_, true)) return;
  events_->Start();
  if (plan_.image.empty()) return;
  const auto puller = PullerOf(plan_.image);
  if (!puller.ok()) return;
  (*puller)->Ensure([](const Status& status) {
    // Whoever starts a server is told again.
    if (!status.ok()) Log(LogLevel::kWarning, "backends", std::string(status.message()));
  });
}

void DockerBackend::Core::LookForNetwork(const StopOwed& owed) {
  if (plan_.network.empty()) {
    return engine_->Ping([owed](const StatusOr<std::int64_t>& time) { owed->Pay(time.status()); });
  }
  engine_->Call({.path = "/networks/" + plan_.network, .timeout = kCheckTimeout},
                [owed, name = plan_.network](const StatusOr<std::string>& body) {
                  owed->Pay(body.ok() ? CheckNetwork(name, *body) : body.status());
                });
}

void DockerBackend::Core::FindContainers(
    const std::string& label, std::function<void(const StatusOr<std::vector<Container>>&)> on_found) {
  const std::string filter = LabelFilter({std::string(kMakerLabel) + "=1", label});
  engine_->Call({.path = "/containers/json?all=1&filters=" + QueryValue(filter), .timeout = kListTimeout},
                [on_found = std::move(on_found)](const StatusOr<std::string>& body) {
                  on_found(body.ok() ? ParseContainers(*body) : body.status());
                });
}

/// Nothing can be decided before it is known what runs, so it waits for an engine that is away.
void DockerBackend::Core::List(const std::string& fleet, const ListOwed& owed) {
  ++listing_;
  FindContainers(std::string(kFleetLabel) + "=" + fleet,
                 [this, fleet, owed](const StatusOr<std::vector<Container>>& containers) {
                   Listed(fleet, containers, owed);
                   --listing_;
                   if (listing_ == 0 && starting_.empty()) died_early_.clear();
                 });
}

void DockerBackend::Core::Listed(const std::string& fleet, const StatusOr<std::vector<Container>>& containers,
                                 const ListOwed& owed) {
  const StatusCode code = containers.status().code();
  if (code == StatusCode::kUnavailable || code == StatusCode::kDeadlineExceeded) {
    return After(kListAgain, [this, fleet, owed] { List(fleet, owed); });
  }
  if (!containers.ok()) return owed->Pay(containers.status());
  std::vector<RunningServer> servers;
  for (const Container& container : *containers) {
    const std::string id = container.Label(kServerLabel);
    if (id.empty() || starting_.contains(id) || !ownership_.Has(container.labels)) continue;
    if (!container.Runs()) {
      // One that we follow is about to be told of; any other is what an end of ours has left behind.
      if (!followed_.contains(id) && !leftovers_.contains(id)) Remove(id);
      continue;
    }
    auto server = DescribeHere(container);
    if (!server.ok()) {
      Log(LogLevel::kWarning, "backends",
          "leaves a container alone: " + std::string(server.status().message()));
      continue;
    }
    servers.push_back(*std::move(server));
  }
  owed->Pay(servers);
  for (RunningServer& server : servers) {
    // One that is followed already is as it was then: it may have been restarted.
    if (!followed_.contains(server.id)) Follow({.server = std::move(server), .started_at = {}});
  }
}

StatusOr<RunningServer> DockerBackend::Core::DescribeHere(const Container& container) const {
  return Describe(container, plan_.network, options_.public_host, engine_host_);
}

void DockerBackend::Core::Follow(Followed followed) {
  const std::string id = followed.server.id;
  const bool is_known = !followed.started_at.empty();
  followed_[id] = std::move(followed);
  if (!is_known || died_early_.contains(id)) Look(id);
}

/// The stream is new: what went on before it has to be looked up. A list would not tell who was restarted.
void DockerBackend::Core::OnConnected() {
  for (const auto& [id, followed] : followed_) Look(id);
}

void DockerBackend::Core::OnEvent(const EngineEvent& event) {
  const auto label = event.attributes.find(kServerLabel);
  if (label == event.attributes.end()) return;
  if (followed_.contains(label->second)) return Look(label->second);
  if (listing_ > 0 || starting_.contains(label->second)) died_early_.insert(label->second);
}

StatusOr<std::unique_ptr<DockerBackend>> DockerBackend::Make(DockerBackendOptions options,
                                                             DockerBackendParts parts) {
  OOFGG_ASSIGN_OR_RETURN(const EngineAddress address, ParseEngineAddress(options.engine));
  if (!options.image.image.empty()) OOFGG_RETURN_IF_ERROR(ParseImage(options.image.image).status());
  OOFGG_ASSIGN_OR_RETURN(ExposedPort port, ParseExposedPort(options.expose_port));
  if (options.network.find_first_of("/?#% ") != std::string::npos) {
    return MakeStatus(StatusCode::kInvalidArgument,
                      "DOCKER_NETWORK: '" + options.network + "' is not the name of a network");
  }
  ContainerPlan plan{.image = options.image.image,
                     .port = std::move(port),
                     .control_port = options.control_port,
                     .network = options.network,
                     .control_host = address.unix_socket.empty() ? "" : "127.0.0.1",
                     .limits = options.limits,
                     .owner = options.owner};
  return std::unique_ptr<DockerBackend>(
      new DockerBackend(std::make_unique<Core>(std::move(options), parts, address, std::move(plan))));
}

DockerBackend::DockerBackend(std::unique_ptr<Core> core) : core_(std::move(core)) {}
DockerBackend::~DockerBackend() = default;

Status DockerBackend::CheckSetting() {
  Status status = WaitFor(*core_, [](Core& core, const StopOwed& owed) { core.LookForNetwork(owed); });
  if (absl::IsNotFound(status)) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "DOCKER_NETWORK: there is no network '" + core_->network() +
                          "'; make it with: docker network create " + core_->network());
  }
  if (absl::IsFailedPrecondition(status)) return status;
  if (!status.ok())
    Log(LogLevel::kWarning, "backends", std::string(status.message()) + "; goes on without it");
  return {};
}

void DockerBackend::Start(ServerSpec spec, OnStarted on_started) {
  PostOwing<StartOwed>(
      *core_, std::move(on_started),
      [spec = std::move(spec)](Core& core, const StartOwed& owed) { core.Start(spec, owed); });
}

void DockerBackend::Stop(std::string_view id, milliseconds grace, OnStopped on_stopped) {
  constexpr int kTries = 3;
  PostOwing<StopOwed>(*core_, std::move(on_stopped),
                      [id = std::string(id), grace](Core& core, const StopOwed& owed) {
                        core.Stop(id, grace, owed, kTries);
                      });
}

void DockerBackend::List(std::string_view fleet, OnListed on_listed) {
  PostOwing<ListOwed>(
      *core_, std::move(on_listed),
      [fleet = std::string(fleet)](Core& core, const ListOwed& owed) { core.List(fleet, owed); });
}

void DockerBackend::WatchExits(std::string_view fleet, OnExit on_exit) {
  const bool begins = on_exit != nullptr;
  core_->SetListener(std::string(fleet), std::move(on_exit));
  if (begins) core_->Post([core = core_.get()] { core->Watch(); });
}

}  // namespace oofgg::backends
