#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "oofgg/log.h"
#include "oofgg/uuid.h"
#include "orchestration/fleet_core.h"
#include "orchestration/server_id.h"

namespace oofgg::orchestration {

using std::chrono::milliseconds;

namespace {

constexpr std::size_t kUnlimited = std::numeric_limits<std::size_t>::max();

}  // namespace

/// Slots of a server that has not started yet; 0: nobody can tell.
std::size_t Fleet::Core::AssumedSlots() const {
  const std::uint32_t seen = (std::max)(table_.LargestSlots(), learnt_slots_);
  return seen != 0 ? seen : options_.slots;
}

/// From when on a server that runs and does not answer is late. It may answer yet, but a container may also
/// run where nobody reaches it, as after a crash of Docker: others are started meanwhile, as if it were not
/// there. Where none has ever answered the image is slow or wrong, and more of it would not help.
Duration Fleet::Core::LateAfter() const {
  constexpr milliseconds kLeast{5'000};
  if (scaler_.start_time() > Duration::zero()) return (std::max<Duration>)(4 * scaler_.start_time(), kLeast);
  return answers_ ? options_.start_timeout / 4 : options_.start_timeout;
}

std::size_t Fleet::Core::WantedServers(const RequestStore::Line& line, std::size_t ahead) const {
  // While nobody can tell what a server holds, the first one is taken to hold everybody, and then tells.
  const std::size_t slots = AssumedSlots() != 0 ? AssumedSlots() : (std::max<std::size_t>)(line.seats, 1);
  const std::size_t needed = line.seats + ahead;
  const std::size_t capacity = table_.TotalFree(slots) + table_.SoonFree() + Coming() * slots;
  std::size_t wanted = needed > capacity ? (needed - capacity + slots - 1) / slots : 0;
  if (cramped_ && wanted == 0 && Coming() == 0) wanted = 1;
  const std::size_t for_the_line = (line.seats + slots - 1) / slots;
  const std::size_t with_room = table_.CountWithRoom() + Coming() + wanted;
  if (with_room < for_the_line + options_.min_ready) wanted += for_the_line + options_.min_ready - with_room;
  return wanted;
}

void Fleet::Core::StartServers() {
  const auto line = parts_.store.Waiting(options_.name);
  if (!line.ok())
    return Say(LogLevel::kError, "cannot read the line: " + std::string(line.status().message()));
  waiting_ = line->requests > 0;
  CountArrivals(*line);
  if (waiting_ && !pace_armed_) TellPace();

  const std::size_t alive = table_.CountOwn() + spawning_.size();
  const std::size_t most = options_.max.value_or(kUnlimited);
  // Those that are late may be the fault of the whole machine, so there is an end to doing without them.
  const std::size_t hands =
      (std::min)(options_.max_starting - (std::min)(options_.max_starting, Coming()),
                 2 * options_.max_starting - (std::min)(2 * options_.max_starting, Starting()));
  const std::size_t count =
      (std::min)({WantedServers(*line, scaler_.SeatsAhead(Now())), most - (std::min)(most, alive), hands});
  // So many above the maximum as are replaced at a time, or no update could begin in a fleet that is full.
  const std::size_t with_surge =
      most < kUnlimited - options_.update_batch ? most + options_.update_batch : most;
  const std::size_t replacements =
      (std::min)({Replacements(), with_surge - (std::min)(with_surge, alive + count), hands - count});
  if (count + replacements == 0) return;
  if (Now() < may_start_at_) {
    start_timer_ = TimerIn(may_start_at_ - Now(), &Core::Pump);
    return;
  }
  for (std::size_t i = 0; i < count + replacements; ++i) {
    if (!Launch(/*replaces=*/i >= count)) return;
  }
}

/// How many seats were asked for since the last look, for the scaler.
void Fleet::Core::CountArrivals(const RequestStore::Line& line) {
  const auto seats = static_cast<std::int64_t>(line.seats);
  const std::int64_t asked = last_line_ ? seats - static_cast<std::int64_t>(*last_line_) + taken_out_ : 0;
  if (asked > 0) scaler_.SeatsAsked(static_cast<std::size_t>(asked), Now());
  last_line_ = line.seats;
  taken_out_ = 0;
}

bool Fleet::Core::Launch(bool replaces) {
  const std::string id = NewServerId(revision_, NewUuidV7(parts_.clock, parts_.random));
  if (const Status marked = parts_.store.MarkServer(term_, id); !marked.ok()) {
    Note(marked);
    Say(LogLevel::kWarning, "cannot start a game server now: " + std::string(marked.message()));
    return false;
  }
  spawning_[id] = Now();
  if (replaces) replacing_.insert(id);
  Say(LogLevel::kInfo, "starts game server " + id);
  Count(&FleetCounts::starts);
  parts_.backend.Start({id, options_.name, options_.environment, options_.image, options_.command},
                       Bring<StatusOr<RunningServer>>([id](Core& core, StatusOr<RunningServer> running) {
                         core.OnSpawned(id, std::move(running));
                       }));
  return true;
}

void Fleet::Core::OnSpawned(const std::string& id, StatusOr<RunningServer> running) {
  const auto spawned = spawning_.extract(id);
  // It stays marked: whatever the backend says, it may come up yet.
  if (!running.ok()) return StartFailed(id, std::string(running.status().message()));
  ServerEntry& server = table_.Add(*std::move(running), Now());
  server.slots = options_.slots;
  server.assumed = static_cast<std::uint32_t>(AssumedSlots());
  server.asked_for = spawned.empty() ? Now() : spawned.mapped();
  Mark(server);
  WaitUntilReady(id, milliseconds(5));
}

/// Game servers do not report that they are ready, so they are asked: often at first, since a small one is up
/// within milliseconds, and without much patience, since what is sent to a container that is just coming up
/// may be lost, and TCP would repeat it after a second.
void Fleet::Core::WaitUntilReady(const std::string& id, milliseconds pause) {
  ServerEntry* server = table_.Find(id);
  if (server == nullptr || server->state != GameServerState::kStarting) return;
  parts_.reservations.Probe(
      server->running.control, (std::min)(20 * pause, options_.health_timeout),
      Bring<StatusOr<std::optional<ServerLoad>>>([id, pause](Core& core,
                                                             StatusOr<std::optional<ServerLoad>> load) {
        ServerEntry* found = core.table_.Find(id);
        if (found == nullptr || found->state != GameServerState::kStarting) return;
        if (load.ok()) return core.OnReady(*found, *load);
        if (core.Now() - found->since >= core.options_.start_timeout) {
          core.Retire(*found, "did not answer in time after its start", /*politely=*/false);
          if (found->running.registered) return;  // Nobody waits for that one.
          return core.StartFailed(id, "the game server did not answer in time after its start");
        }
        core.ConsiderLate(*found);
        core.parts_.executor.PostAt(DeadlineAfter(core.Now(), pause), core.Later([id, pause](Core& later) {
          later.WaitUntilReady(id, (std::min)(pause * 2, milliseconds(200)));
        }));
      }));
}

void Fleet::Core::ConsiderLate(ServerEntry& server) {
  if (server.late || server.running.registered || Now() - server.since < LateAfter()) return;
  Say(LogLevel::kWarning,
      "game server " + server.running.id + " runs and does not answer; others are started meanwhile");
  server.late = true;
  Pump();
}

void Fleet::Core::OnReady(ServerEntry& server, const std::optional<ServerLoad>& load) {
  Say(LogLevel::kInfo, "game server " + server.running.id + " is ready");
  server.state = GameServerState::kReady;
  server.since = Now();
  if (load) ServerTable::Learn(server, *load);
  if (server.asked_for != TimePoint()) scaler_.ServerStarted(Now() - server.asked_for);
  answers_ = true;
  failed_starts_ = 0;
  trouble_.clear();
  if (replacing_.erase(server.running.id) > 0) Replace();
  if (server.leaving) server.state = GameServerState::kDraining;
  if (!health_armed_) {
    health_armed_ = true;
    health_timer_ = TimerIn(options_.health_period, &Core::CheckHealth);
  }
  Pump();
}

/// A server that nobody here started has come, or says something new of itself.
void Fleet::Core::OnNews(ServerNews news) {
  const std::string id = news.running.id;
  ServerEntry* server = table_.Find(id);
  if (server == nullptr) {
    Say(LogLevel::kInfo, "game server " + id + " has come by itself, at " + news.running.control);
    server = &table_.Add(std::move(news.running), Now());
    server->slots = options_.slots;
    server->assumed = static_cast<std::uint32_t>(AssumedSlots());
    WaitUntilReady(id, milliseconds(5));
  }
  server->told = news.state;
  // What it answers when asked is newer; and what was said while a seat is on its way may count it or not.
  if (news.slots != 0 && !server->tells_load && server->in_flight == 0) {
    ServerTable::Learn(*server, {.slots = news.slots, .reserved = news.reserved});
    server->tells_load = false;
  }
  Pump();
}

Duration Fleet::Core::PauseAfterFailures() const {
  const auto doublings = (std::min<std::uint32_t>)(failed_starts_ - 1, 6);
  return milliseconds(500) * (1U << doublings);  // 0.5 s to 32 s.
}

/// Those for whom the server was meant learn why there is none, unless another one is coming.
void Fleet::Core::StartFailed(const std::string& id, std::string_view error) {
  Say(LogLevel::kError, "a game server failed to start: " + std::string(error));
  Count(&FleetCounts::failed_starts);
  ++failed_starts_;
  may_start_at_ = Now() + PauseAfterFailures();
  trouble_ = error;
  if (!pace_armed_) TellPace();
  const bool for_update = replacing_.erase(id) > 0;  // Nobody in line was meant to have it.
  if (Coming() == 0 && !for_update) {
    const std::size_t slots = AssumedSlots() != 0 ? AssumedSlots() : std::numeric_limits<std::size_t>::max();
    auto meant = parts_.store.LeaseOldest(term_, slots, LeaseEnd());
    if (meant.ok()) {
      for (const RequestRecord& record : *meant) {
        taken_out_ += static_cast<std::int64_t>(record.players.size());
        FailRequest(record, error, /*start_failed=*/true);
      }
    }
  }
  Pump();
}

}  // namespace oofgg::orchestration
