#include <utility>

#include "backends/docker/docker_core.h"
#include "oofgg/log.h"

namespace oofgg::backends {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAskAgain{1'000};
constexpr milliseconds kStopAgain{500};
constexpr milliseconds kRemoveAgain{2'000};
constexpr milliseconds kStopSlack{20'000};  // For the engine itself.

}  // namespace

void DockerBackend::Core::Stop(const std::string& id, milliseconds grace, const StopOwed& owed, int tries) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(grace);
  engine_->Call({.method = "POST",
                 .path = "/containers/" + QueryValue(id) + "/stop?t=" + std::to_string(seconds.count()),
                 .timeout = grace + kStopSlack},
                [this, id, grace, owed, tries](const StatusOr<std::string>& body) {
                  const Status& status = body.status();
                  if (status.ok() || absl::IsNotFound(status) || absl::IsAlreadyExists(status)) {
                    owed->Pay(absl::OkStatus());
                    if (followed_.contains(id)) return Look(id);
                    return status.ok() ? Remove(id) : void();
                  }
                  if (tries <= 1) return owed->Pay(status);
                  After(kStopAgain, [this, id, grace, owed, tries] { Stop(id, grace, owed, tries - 1); });
                });
}

/// Something says that it has ended; the engine knows.
void DockerBackend::Core::Look(const std::string& id) {
  if (!followed_.contains(id)) return;
  const auto [look, is_first] = looking_.emplace(id, false);
  if (!is_first) {
    look->second = true;  // The answer that is on its way may be from before.
    return;
  }
  engine_->Call({.path = "/containers/" + QueryValue(id) + "/json"},
                [this, id](const StatusOr<std::string>& body) { OnLooked(id, body); });
}

void DockerBackend::Core::OnLooked(const std::string& id, const StatusOr<std::string>& body) {
  if (absl::IsNotFound(body.status())) return void(Report(id, "its container was removed"));
  const auto container = body.ok() ? ParseContainer(*body) : body.status();
  if (!container.ok()) {
    return After(kAskAgain, [this, id] {
      looking_.erase(id);
      Look(id);
    });
  }
  if (StillRuns(id, *container)) {
    const auto look = looking_.extract(id);
    return !look.empty() && look.mapped() ? Look(id) : void();
  }
  if (container->Runs()) {  // Nobody who was seated there is known to it any more.
    if (Report(id, "its container was restarted")) Remove(id);
    return;
  }
  ReadLastWords(*engine_, "/containers/" + QueryValue(id),
                [this, id, how = HowItEnded(*container)](const std::string& words) {
                  if (Report(id, how + words)) Remove(id);
                });
}

/// And is the one that we followed, not a later run of its container. What a list has not told of it is
/// remembered.
bool DockerBackend::Core::StillRuns(const std::string& id, const Container& container) {
  if (!container.Runs() || container.state == "restarting") return false;
  const auto found = followed_.find(id);
  if (found == followed_.end()) return true;  // Another's by now.
  Followed& followed = found->second;
  if (!followed.started_at.empty()) return followed.started_at == container.started_at;
  const auto server = DescribeHere(container);
  followed.started_at = container.started_at;
  return server.ok() && *server == followed.server;
}

/// False if it has become another's meanwhile.
bool DockerBackend::Core::Report(const std::string& id, std::string reason) {
  looking_.erase(id);
  const auto followed = followed_.extract(id);
  if (followed.empty()) return false;
  return listeners_.Tell(followed.mapped().server.fleet, {id, std::move(reason)});
}

/// Whatever state it is in. Tried again until it is gone, and said once.
void DockerBackend::Core::Remove(const std::string& id) {
  engine_->Call({.method = "DELETE", .path = "/containers/" + QueryValue(id) + "?force=1&v=1"},
                [this, id](const StatusOr<std::string>& body) {
                  const Status& status = body.status();
                  // kAlreadyExists: it is being removed.
                  if (status.ok() || absl::IsNotFound(status) || absl::IsAlreadyExists(status)) {
                    leftovers_.erase(id);
                    return;
                  }
                  if (leftovers_.insert(id).second) {
                    Log(LogLevel::kWarning, "backends",
                        "cannot remove the container " + id + " now: " + std::string(status.message()) +
                            "; tries again");
                  }
                  After(kRemoveAgain, [this, id] { RemoveLeftover(id); });
                });
}

void DockerBackend::Core::RemoveLeftover(const std::string& id) {
  if (!starting_.contains(id) && !followed_.contains(id)) return Remove(id);
  leftovers_.erase(id);  // It is wanted again.
}

}  // namespace oofgg::backends
