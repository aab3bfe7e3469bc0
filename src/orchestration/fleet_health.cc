#include <algorithm>
#include <chrono>
#include <utility>

#include "oofgg/log.h"
#include "orchestration/fleet_core.h"

namespace oofgg::orchestration {
namespace {

constexpr std::chrono::milliseconds kDefaultIdleTimeout{60'000};
constexpr std::chrono::seconds kTryFullAgain{10};
constexpr std::chrono::seconds kFirstRest{1};
constexpr std::uint32_t kLongestRest = 6;  // Doublings: 64 s.
constexpr std::chrono::minutes kForgetFalls{5};

}  // namespace

void Fleet::Core::OnExit(const ServerExit& exit) {
  ServerEntry* server = table_.Find(exit.id);
  if (server == nullptr) return;
  Say(LogLevel::kInfo, "game server " + exit.id + " has ended: " + exit.reason);
  if (server->adopted && --to_adopt_ == 0) started_ = true;
  if (!server->retired) Count(&FleetCounts::lost);
  const bool never_ready = server->state == GameServerState::kStarting && !server->running.registered;
  table_.Remove(exit.id);
  AbandonSeatings(exit.id);
  Drop(exit.id);
  ForgetOrders(exit.id);
  if (never_ready) return StartFailed(exit.id, "the game server ended before it was ready: " + exit.reason);
  Pump();
}

/// What is on its way to a server that has ended goes back at once, instead of when the calls give up.
void Fleet::Core::AbandonSeatings(const std::string& server_id) {
  std::vector<SeatingPtr> lost;
  for (const auto& [key, seating] : seatings_) {
    if (seating->server_id == server_id) lost.push_back(seating);
  }
  for (const SeatingPtr& seating : lost) {
    seating->abandoned = true;
    seatings_.erase(seating->record.key);
    GiveBack(seating->record);
    Unpark(seating->record.key);
  }
}

void Fleet::Core::CheckHealth() {
  health_armed_ = !table_.all().empty();
  if (!health_armed_) return;
  health_timer_ = TimerIn(options_.health_period, &Core::CheckHealth);
  for (const std::string& id : table_.Ids()) {
    ServerEntry& server = *table_.Find(id);
    if (server.state != GameServerState::kStarting) Probe(server);
  }
  table_.Settle();
}

void Fleet::Core::Probe(ServerEntry& server) {
  if (server.probing) return;
  server.probing = true;
  // What is said while a reservation is under way may count it or not.
  const bool quiet = server.in_flight == 0;
  parts_.reservations.Probe(
      server.running.control, options_.health_timeout,
      Bring<StatusOr<std::optional<ServerLoad>>>([id = server.running.id, quiet, seats = server.seats.size()](
                                                     Core& core, StatusOr<std::optional<ServerLoad>> load) {
        ServerEntry* found = core.table_.Find(id);
        if (found == nullptr) return;
        const bool settled = quiet && found->in_flight == 0 && found->seats.size() == seats;
        if (load.ok() && *load && !settled) *load = std::nullopt;
        core.OnHealth(id, load);
      }));
}

void Fleet::Core::OnHealth(const std::string& id, const StatusOr<std::optional<ServerLoad>>& load) {
  ServerEntry& server = *table_.Find(id);
  server.probing = false;
  const bool first_word = to_adopt_ > 0 && server.adopted;
  // Nobody listens there yet, and nobody sits there: it was starting when the last maker went.
  const bool is_starting =
      first_word && server.seats.empty() && load.status().code() == StatusCode::kUnavailable;
  if (server.closing && !server.retired) {
    Retire(server, "was to be stopped", /*politely=*/load.ok());
  } else if (is_starting) {
    server.state = GameServerState::kStarting;
    server.since = Now();
    WaitUntilReady(id, std::chrono::milliseconds(5));
  } else if (load.ok()) {
    Alive(server, *load);
  } else if (server.state == GameServerState::kSick && Now() - server.since >= options_.sick_timeout) {
    Retire(server, "does not answer any more", /*politely=*/false);
  } else {
    MarkSick(server);
  }
  if (first_word) {
    server.adopted = false;
    if (--to_adopt_ == 0) {
      started_ = true;
      Pump();
    }
  }
  if (waiting_ && table_.CountWithRoom() + table_.CountToTry() > 0) Pump();
}

void Fleet::Core::Alive(ServerEntry& server, const std::optional<ServerLoad>& load) {
  const bool was_sick = server.state == GameServerState::kSick;
  answers_ = true;
  if (load) {
    const bool fewer = (std::max)(load->reserved, load->players) < server.seats.size();
    ServerTable::Learn(server, *load);
    if (fewer) Reconcile(server);
  }
  if (!load) LetTry(server);
  if (server.adopted) Reconcile(server);
  if (!server.ghosts.empty()) return ClearGhosts(server);
  if (was_sick) {
    if (!HasRested(server)) return;
    server.state = server.leaving ? GameServerState::kDraining : GameServerState::kReady;
    server.since = Now();
  }
  ConsiderIdle(server);
  if (was_sick) Pump();
}

/// One that does not tell its load may have let somebody go: somebody is let try, less often the more are
/// refused; and where it may be stopped for idleness it is asked who is there.
void Fleet::Core::LetTry(ServerEntry& server) {
  const Duration rest = kTryFullAgain * (1U << (std::min<std::uint32_t>)(server.refusals, kLongestRest));
  if (Now() - server.full_since >= rest) server.full = false;
  if (!options_.idle_timeout || server.adopted || Now() - server.reconciled < kTryFullAgain) return;
  Reconcile(server);
}

/// One that falls sick again and again is left alone for longer each time, so that players are not led to it
/// in its good moments only.
bool Fleet::Core::HasRested(ServerEntry& server) const {
  if (server.falls == 0) return true;
  if (!server.well_since) server.well_since = Now();
  const auto doublings = (std::min<std::uint32_t>)(server.falls - 1, kLongestRest);
  return Now() - *server.well_since >= kFirstRest * (1U << doublings);
}

void Fleet::Core::MarkSick(ServerEntry& server) {
  server.well_since.reset();
  const bool drains = server.state == GameServerState::kDraining && !server.retired;
  if (server.state != GameServerState::kReady && !drains) return;
  if (Now() - server.fell >= kForgetFalls) server.falls = 0;
  ++server.falls;
  Count(&FleetCounts::falls);
  server.fell = Now();
  Say(LogLevel::kWarning, "game server " + server.running.id + " does not answer");
  server.state = GameServerState::kSick;
  server.since = Now();
}

/// The server may hold fewer seats than we think: those that it denies are free.
void Fleet::Core::Reconcile(ServerEntry& server) {
  server.reconciled = Now();
  for (const std::string& player : server.seats) {
    const ServerTable::Holding* held = table_.SeatOf(player);
    if (held == nullptr || seatings_.contains(held->request)) continue;
    parts_.reservations.IsReserved(
        server.running.control, player,
        Bring<StatusOr<bool>>([id = server.running.id, player](Core& core, StatusOr<bool> reserved) {
          ServerEntry* found = core.table_.Find(id);
          const ServerTable::Holding* seat = core.table_.SeatOf(player);
          if (!reserved.ok() || *reserved || found == nullptr || seat == nullptr) return;
          if (seat->server_id != id || core.seatings_.contains(seat->request)) return;
          core.table_.FreeSeat(*found, player);
          core.FreeStoredSeat(id, player, "the game server no longer holds the seat; ask again");
          core.Forget(id, player);
          if (core.waiting_) core.Pump();
        }));
  }
  for (const std::string& player : server.unreturned) {
    parts_.reservations.IsReserved(
        server.running.control, player,
        Bring<StatusOr<bool>>([id = server.running.id, player](Core& core, StatusOr<bool> reserved) {
          ServerEntry* found = core.table_.Find(id);
          if (!reserved.ok() || *reserved || found == nullptr || !found->unreturned.contains(player)) return;
          core.table_.LapseSeat(*found, player);
          core.Forget(id, player);
          if (core.waiting_) core.Pump();
        }));
  }
}

void Fleet::Core::ConsiderIdle(ServerEntry& server) {
  if (ConsiderLeaving(server)) return;
  if (server.running.registered) return;  // Whoever runs it ends it.
  if (!server.Empty()) server.since = Now();
  if (server.state != GameServerState::kReady && server.state != GameServerState::kDraining) return;
  if (!server.tells_load && !options_.idle_timeout) return;
  const Duration left = options_.idle_timeout.value_or(kDefaultIdleTimeout) - (Now() - server.since);
  if (left > Duration::zero()) {
    // So that it goes when it is time, not when it happens to be looked at.
    if (left < options_.health_period) ProbeIn(left, server.running.id);
    return;
  }
  const bool needed = !server.Empty() || (server.state == GameServerState::kReady && IsReserve(server));
  if (!needed) Retire(server, "is idle", /*politely=*/true);
}

bool Fleet::Core::IsReserve(const ServerEntry& server) {
  if (table_.CountWithRoom() <= options_.min_ready) return true;
  const std::size_t keep = scaler_.SeatsToKeep(Now());
  const std::size_t free = ServerTable::FreeSlots(server);
  return keep > 0 && table_.TotalFree(AssumedSlots()) < keep + free;
}

void Fleet::Core::ProbeIn(Duration delay, const std::string& id) {
  parts_.executor.PostAt(DeadlineAfter(Now(), delay), Later([id](Core& core) {
                           if (ServerEntry* server = core.table_.Find(id)) core.Probe(*server);
                         }));
}

void Fleet::Core::Retire(ServerEntry& server, std::string_view why, bool politely) {
  if (server.retired || !Close(server, politely)) return;
  server.retired = true;
  server.state = GameServerState::kDraining;
  const std::string id = server.running.id;
  Say(LogLevel::kInfo, "stops game server " + id + ": it " + std::string(why));
  Count(&FleetCounts::stops);
  if (!politely) return Stop(id);
  parts_.reservations.Close(server.running.control,
                            Bring<Status>([id](Core& core, const Status&) { core.Stop(id); }));
}

/// Tells the store that nobody is to be seated there any more: by then another worker may have the fleet, and
/// may have seated somebody on a server that seems idle here.
bool Fleet::Core::Close(ServerEntry& server, bool politely) {
  using Closing = RequestStore::Closing;
  const auto how = politely && server.Empty() ? Closing::kIfEmpty : Closing::kAnyhow;
  const Status closed = parts_.store.CloseServer(term_, server.running.id, how);
  if (absl::IsFailedPrecondition(closed)) {
    RecallSeats(server);
    return false;
  }
  server.closing = true;  // Perhaps, if the answer was lost.
  if (closed.ok()) return true;
  Note(closed);
  Say(LogLevel::kWarning, "cannot stop " + server.running.id + " now: " + std::string(closed.message()));
  server.state = GameServerState::kSick;
  if (!health_armed_) CheckHealth();  // A look at its health will try again.
  return false;
}

/// The store has seats there of which we do not know, since an answer of it was lost: they count, unless the
/// game server denies them.
void Fleet::Core::RecallSeats(ServerEntry& server) {
  server.closing = false;
  const auto seats = parts_.store.Seats(options_.name);
  if (!seats.ok()) return;
  for (const Seat& seat : *seats) {
    if (seat.server.id == server.running.id && table_.SeatOf(seat.player) == nullptr) {
      table_.TakeSeat(server, seat.player, seat.request);
    }
  }
  Reconcile(server);
}

void Fleet::Core::Stop(const std::string& id) {
  parts_.backend.Stop(id, options_.stop_grace, Bring<Status>([id](Core& core, const Status& stopped) {
                        ServerEntry* server = core.table_.Find(id);
                        if (stopped.ok() || server == nullptr) return;
                        core.Say(LogLevel::kError,
                                 "cannot stop " + id + ": " + std::string(stopped.message()));
                        server->retired = false;  // A look at its health will try again.
                        server->state = GameServerState::kSick;
                      }));
}

}  // namespace oofgg::orchestration
