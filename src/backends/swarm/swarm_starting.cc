#include <algorithm>
#include <utility>

#include "backends/engine/image_puller.h"
#include "backends/swarm/swarm_core.h"

namespace oofgg::backends {

using orchestration::RunningServer;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kCreateAgain{300};
constexpr milliseconds kCreatePatience{60'000};

/// The engine hands the swarm's answer on as trouble of its own, so only words tell.
bool LacksNetwork(const Status& status) {
  const std::string message(status.message());
  return message.find("network") != std::string::npos && message.find("not found") != std::string::npos;
}

Status AsServiceError(const Status& status, const std::string& network) {
  const std::string message(status.message());
  if (LacksNetwork(status)) {
    return MakeStatus(
        StatusCode::kFailedPrecondition,
        message + "; make it with: docker network create --driver overlay --attachable " + network);
  }
  if (absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status)) {
    return MakeStatus(StatusCode::kFailedPrecondition, message);
  }
  const bool may_pass = absl::IsAlreadyExists(status) || absl::IsDeadlineExceeded(status);
  return may_pass ? MakeStatus(StatusCode::kUnavailable, message) : status;
}

}  // namespace

const SwarmTask* NewestTask(const std::vector<SwarmTask>& tasks, const std::string& id) {
  const SwarmTask* newest = nullptr;
  for (const SwarmTask& task : tasks) {
    if (task.Label(kServerLabel) != id) continue;
    // One that is to live comes before those that it has replaced.
    const bool newer =
        newest == nullptr || (task.desired == "running") > (newest->desired == "running") ||
        ((task.desired == "running") == (newest->desired == "running") && task.version > newest->version);
    if (newer) newest = &task;
  }
  return newest;
}

void SwarmBackend::Core::Start(const orchestration::ServerSpec& spec, const StartOwed& owed) {
  auto starting = std::make_shared<Starting>();
  starting->spec = spec;
  starting->owed = owed;
  starting_[spec.id] = starting;
  Create(starting);
}

void SwarmBackend::Core::Create(const StartingPtr& starting) {
  ServicePlan plan = plan_;
  if (!starting->spec.image.empty()) plan.container.image = starting->spec.image;
  const auto image = ParseImage(plan.container.image);
  if (!image.ok()) return Answer(starting, AsServiceError(image.status(), network()));
  EngineCall call{.method = "POST",
                  .path = "/services/create",
                  .body = ServiceBody(plan, starting->spec),
                  .timeout = kCreatePatience};
  const ImageOptions& account = options_.docker.image;
  if (!account.username.empty()) {
    // Handed on to the nodes, which pull.
    call.headers.emplace_back("X-Registry-Auth",
                              RegistryAuth(account.username, account.password, image->registry));
  }
  engine_->Call(std::move(call),
                [this, starting](const StatusOr<std::string>& body) { OnCreated(starting, body.status()); });
}

void SwarmBackend::Core::OnCreated(const StartingPtr& starting, const Status& status) {
  // The name is the server's for good: one that exists was made by a try whose answer was lost.
  if (status.ok() || absl::IsAlreadyExists(status)) {
    starting->give_up =
        DeadlineAfter(parts_.clock.Now(), options_.verify_cooldown * static_cast<int>(options_.verify_tries));
    return Converge(starting);
  }
  const bool away = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (!away || LacksNetwork(status) || --starting->tries <= 0) return Fail(starting, status);
  After(kCreateAgain, [this, starting] { Create(starting); });
}

void SwarmBackend::Core::Converge(const StartingPtr& starting) {
  Look(std::string(kServerLabel) + "=" + starting->spec.id, [this, starting](const StatusOr<View>& view) {
    if (view.ok()) return OnLooked(starting, *view);
    if (parts_.clock.Now() >= starting->give_up) return Fail(starting, view.status());
    LookAgain(starting);
  });
}

/// Often at first, since a small server is up within a second.
void SwarmBackend::Core::LookAgain(const StartingPtr& starting) {
  const milliseconds pause = starting->pause;
  starting->pause = (std::min)(pause * 2, options_.verify_cooldown);
  After(pause, [this, starting] { Converge(starting); });
}

void SwarmBackend::Core::OnLooked(const StartingPtr& starting, const View& view) {
  const SwarmTask* const task = NewestTask(view.tasks, starting->spec.id);
  if (task != nullptr && task->Runs()) return Runs(starting, *task, view);
  if (task != nullptr && !task->Comes()) {
    return ReadLastWords(*engine_, "/tasks/" + QueryValue(task->id),
                         [this, starting, how = HowItIs(*task)](const std::string& words) {
                           Fail(starting,
                                MakeStatus(StatusCode::kUnavailable, "it ended at once: " + how + words));
                         });
  }
  if (task != nullptr && task->state == "preparing") {  // A node pulls the image, however long that takes.
    starting->give_up =
        DeadlineAfter(parts_.clock.Now(), options_.verify_cooldown * static_cast<int>(options_.verify_tries));
  }
  if (parts_.clock.Now() < starting->give_up) return LookAgain(starting);
  Fail(starting, MakeStatus(StatusCode::kUnavailable,
                            "the swarm has not started it in time: " +
                                (task != nullptr ? HowItIs(*task) : std::string("it has no task"))));
}

void SwarmBackend::Core::Runs(const StartingPtr& starting, const SwarmTask& task, const View& view) {
  if (task.Label(kFleetLabel) != starting->spec.fleet || task.Label(kOwnerLabel) != plan_.container.owner) {
    return Answer(starting,
                  MakeStatus(StatusCode::kFailedPrecondition,
                             "the service named " + starting->spec.id + " belongs to somebody else"));
  }
  if (!listeners_.Has(starting->spec.fleet)) {
    return Fail(starting, MakeStatus(StatusCode::kCancelled, "the fleet is no longer ours"));
  }
  auto server = DescribeHere(task, view);
  if (!server.ok()) {  // Its ports are told a moment after it runs.
    if (parts_.clock.Now() < starting->give_up) return LookAgain(starting);
    return Fail(starting, server.status());
  }
  Answer(starting, *std::move(server));
  Follow(starting->spec.id, {.fleet = starting->spec.fleet, .task = task.id});
}

void SwarmBackend::Core::Answer(const StartingPtr& starting, StatusOr<RunningServer> answer) {
  starting_.erase(starting->spec.id);
  starting->owed->Pay(std::move(answer));
}

void SwarmBackend::Core::Fail(const StartingPtr& starting, const Status& status) {
  Remove(starting->spec.id);
  Answer(starting, AsServiceError(status, network()));
}

}  // namespace oofgg::backends
