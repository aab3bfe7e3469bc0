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
constexpr std::size_t kLooksForTheMissing = 60;  // Nobody is held up for an hour.

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

/// Only what the store has marked is ours: others may share the engine, and call their fleets the same. A
/// stray is what is unknown at two looks in a row: at the first it may have ended just now.
void Fleet::Core::OnListedAgain(const std::vector<RunningServer>& running) {
  const auto marks = parts_.store.MarkedServers(options_.name);
  if (!marks.ok()) return;
  std::set<std::string> runs;
  for (const RunningServer& server : running) runs.insert(server.id);
  std::set<std::string> strays;
  std::map<std::string, std::size_t> missing;
  for (const ServerMark& mark : *marks) {
    if (table_.Find(mark.id) != nullptr || spawning_.contains(mark.id)) continue;
    if (runs.contains(mark.id)) {
      strays.insert(mark.id);
      if (strays_.contains(mark.id)) StopStray(mark.id);
      continue;
    }
    const std::size_t looks = missing_[mark.id] + 1;
    if (looks < kLooksForTheMissing) missing[mark.id] = looks;
    if (looks >= kLooksForTheMissing) Drop(mark.id);
  }
  strays_ = std::move(strays);
  missing_ = std::move(missing);
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
