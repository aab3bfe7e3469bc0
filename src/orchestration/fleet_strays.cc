#include <chrono>
#include <utility>

#include "oofgg/log.h"
#include "orchestration/fleet_core.h"

// Game servers that run for the fleet without its knowing. A worker that was paused while it started one may
// find, when it goes on, that the fleet is another's: it must not touch the server, as that one may have
// adopted it; and if it was too late for that, nobody has heard of it.

namespace oofgg::orchestration {
namespace {

constexpr std::chrono::minutes kLookForStrays{1};

}  // namespace

void Fleet::Core::LookForStrays() {
  if (parts_.holder.empty()) return;  // Nobody else can have started one.
  stray_timer_ = TimerIn(kLookForStrays, &Core::LookForStrays);
  if (!started_) return;
  parts_.backend.List(options_.name, Bring<StatusOr<std::vector<RunningServer>>>(
                                         [](Core& core, const StatusOr<std::vector<RunningServer>>& running) {
                                           if (running.ok()) core.OnListedAgain(*running);
                                         }));
}

/// What is unknown at two looks in a row: at the first it may have ended just now.
void Fleet::Core::OnListedAgain(const std::vector<RunningServer>& running) {
  std::set<std::string> strays;
  for (const RunningServer& server : running) {
    const bool is_known = table_.Find(server.id) != nullptr || spawning_.contains(server.id);
    if (server.registered || is_known) continue;
    strays.insert(server.id);
    if (strays_.contains(server.id)) StopStray(server.id);
  }
  strays_ = std::move(strays);
}

void Fleet::Core::StopStray(const std::string& id) {
  const Status closed = parts_.store.CloseServer(term_, id, RequestStore::Closing::kIfEmpty);
  Note(closed);
  if (!closed.ok())
    return Say(LogLevel::kWarning, "cannot stop " + id + ": " + std::string(closed.message()));
  Say(LogLevel::kWarning, "stops game server " + id + ": it runs, but nobody has heard of its start");
  parts_.backend.Stop(id, options_.stop_grace, Bring<Status>([id](Core& core, const Status& stopped) {
                        if (stopped.ok()) core.Drop(id);
                      }));
}

}  // namespace oofgg::orchestration
