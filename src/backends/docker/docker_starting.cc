#include <utility>

#include "backends/docker/docker_core.h"
#include "oofgg/log.h"

namespace oofgg::backends {

using orchestration::RunningServer;
using std::chrono::milliseconds;

namespace {

// A container that joins right after the last one left an overlay network may not find it for a moment.
constexpr milliseconds kTryAgain{300};
constexpr milliseconds kCreateTimeout{60'000};

bool Mentions(const Status& status, std::string_view words) {
  const std::string_view message(status.message().data(), status.message().size());
  return message.find(words) != std::string_view::npos;
}

/// In the words of `ContainerBackend::Start`: what the settings ask for is not to be had, or not now.
Status AsStartError(const Status& status, const std::string& network) {
  if (absl::IsNotFound(status) && Mentions(status, "network")) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      std::string(status.message()) + "; make it with: docker network create " + network);
  }
  if (absl::IsNotFound(status) || absl::IsInvalidArgument(status) || absl::IsPermissionDenied(status)) {
    return MakeStatus(StatusCode::kFailedPrecondition, std::string(status.message()));
  }
  if (absl::IsAlreadyExists(status) || absl::IsDeadlineExceeded(status)) {
    return MakeStatus(StatusCode::kUnavailable, std::string(status.message()));
  }
  return status;
}

}  // namespace

void DockerBackend::Core::Start(const orchestration::ServerSpec& spec, const StartOwed& owed) {
  auto starting = std::make_shared<Starting>();
  starting->spec = spec;
  starting->owed = owed;
  starting_[spec.id] = starting;
  EnsureImage(starting);
}

StatusOr<ImagePuller*> DockerBackend::Core::PullerOf(const std::string& image) {
  auto& puller = images_[image];
  if (puller != nullptr) return puller.get();
  OOFGG_ASSIGN_OR_RETURN(auto reference, ParseImage(image));
  ImageOptions options = options_.image;
  options.image = image;
  puller = std::make_unique<ImagePuller>(*engine_, std::move(options), std::move(reference), parts_.clock);
  return puller.get();
}

void DockerBackend::Core::EnsureImage(const StartingPtr& starting) {
  const auto puller = PullerOf(ImageOf(starting->spec));
  if (!puller.ok()) return Answer(starting, AsStartError(puller.status(), plan_.network));
  if (starting->pulled_again) (*puller)->Forget();
  (*puller)->Ensure([this, starting](const Status& status) {
    if (!status.ok()) return Answer(starting, status);
    Create(starting);
  });
}

void DockerBackend::Core::Create(const StartingPtr& starting) {
  ContainerPlan plan = plan_;
  plan.image = ImageOf(starting->spec);
  engine_->Call({.method = "POST",
                 .path = "/containers/create?name=" + QueryValue(starting->spec.id),
                 .body = CreateBody(plan, starting->spec),
                 .timeout = kCreateTimeout},
                [this, starting](const StatusOr<std::string>& body) { OnCreated(starting, body.status()); });
}

void DockerBackend::Core::OnCreated(const StartingPtr& starting, const Status& status) {
  // The name is the server's for good, so one that exists was made by an earlier try whose answer was lost.
  if (status.ok() || absl::IsAlreadyExists(status)) return StartContainer(starting);
  if (absl::IsNotFound(status) && !std::exchange(starting->pulled_again, true)) {
    return EnsureImage(starting);  // Somebody has removed it.
  }
  if (!TryAgain(starting, status, &Core::Create)) Fail(starting, status);
}

void DockerBackend::Core::StartContainer(const StartingPtr& starting) {
  engine_->Call({.method = "POST",
                 .path = "/containers/" + QueryValue(starting->spec.id) + "/start",
                 .timeout = kCreateTimeout},
                [this, starting](const StatusOr<std::string>& body) {
                  if (body.ok()) return Inspect(starting);
                  if (!TryAgain(starting, body.status(), &Core::StartContainer))
                    Fail(starting, body.status());
                });
}

/// True if it does: the trouble may pass, and each step can be repeated.
bool DockerBackend::Core::TryAgain(const StartingPtr& starting, const Status& status,
                                   void (Core::*step)(const StartingPtr&)) {
  const bool may_pass = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
                        (absl::IsNotFound(status) && Mentions(status, "network"));
  if (!may_pass || --starting->tries <= 0) return false;
  After(kTryAgain, [this, starting, step] { (this->*step)(starting); });
  return true;
}

void DockerBackend::Core::Inspect(const StartingPtr& starting) {
  engine_->Call({.path = "/containers/" + QueryValue(starting->spec.id) + "/json"},
                [this, starting](const StatusOr<std::string>& body) {
                  const auto container = body.ok() ? ParseContainer(*body) : body.status();
                  if (container.ok()) return OnInspected(starting, *container);
                  if (!TryAgain(starting, container.status(), &Core::Inspect)) {
                    Fail(starting, container.status());
                  }
                });
}

void DockerBackend::Core::OnInspected(const StartingPtr& starting, const Container& container) {
  const std::string& id = starting->spec.id;
  if (container.Label(kServerLabel) != id || container.Label(kFleetLabel) != starting->spec.fleet ||
      container.Label(kOwnerLabel) != plan_.owner) {
    return Answer(starting, MakeStatus(StatusCode::kFailedPrecondition,
                                       "the container named " + id + " belongs to somebody else"));
  }
  if (!listeners_.Has(starting->spec.fleet)) {
    // The fleet became another worker's meanwhile, who may never learn of this one.
    return Fail(starting, MakeStatus(StatusCode::kCancelled, "the fleet is no longer ours"));
  }
  if (container.Runs()) {
    auto server = DescribeHere(container);
    if (!server.ok()) return Fail(starting, server.status());
    Answer(starting, *server);
    return Follow({.server = *std::move(server), .started_at = container.started_at});
  }
  ReadLastWords(*engine_, "/containers/" + QueryValue(id),
                [this, starting, how = HowItEnded(container)](const std::string& words) {
                  Fail(starting, MakeStatus(StatusCode::kUnavailable, "it ended at once: " + how + words));
                });
}

void DockerBackend::Core::Answer(const StartingPtr& starting, StatusOr<RunningServer> answer) {
  starting_.erase(starting->spec.id);
  starting->owed->Pay(std::move(answer));
}

void DockerBackend::Core::Fail(const StartingPtr& starting, const Status& status) {
  Remove(starting->spec.id);
  Answer(starting, AsStartError(status, plan_.network));
}

}  // namespace oofgg::backends
