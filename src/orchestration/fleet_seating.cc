#include <algorithm>
#include <utility>

#include "oofgg/log.h"
#include "orchestration/fleet_core.h"

namespace oofgg::orchestration {
namespace {

constexpr std::size_t kBatch = 64;  // Leased at once: bounds the time of one task.

}  // namespace

void Fleet::Core::PlaceWaiting() {
  cramped_ = false;
  while (table_.CountWithRoom() + table_.CountToTry() > 0) {
    const std::size_t most = (std::min)(kBatch, table_.TotalFree(kBatch) + table_.CountToTry());
    auto leased = parts_.store.LeaseOldest(term_, most, LeaseEnd());
    if (!leased.ok()) {
      Note(leased.status());
      return Say(LogLevel::kError, "cannot lease requests: " + std::string(leased.status().message()));
    }
    if (leased->empty()) return;
    for (const RequestRecord& record : *leased) {
      leases_[record.key] = LeaseOf(record);
      taken_out_ += static_cast<std::int64_t>(record.players.size());
    }
    if (!renew_armed_) {
      renew_armed_ = true;
      renew_timer_ = TimerIn(options_.lease / 3, &Core::RenewLeases);
    }
    bool stuck = false;
    for (const RequestRecord& record : *leased) {
      stuck = stuck || !Place(record);  // Order is kept: nobody overtakes whoever must wait.
      if (stuck) GiveBack(record);
      table_.Settle();
    }
    if (stuck) return;
  }
}

/// False if it must wait; true if the request is on its way, one way or the other.
bool Fleet::Core::Place(const RequestRecord& record) {
  if (seatings_.contains(record.key)) {
    parked_[record.key] = record;
    return true;
  }
  if (!record.server.id.empty()) {  // A worker before us may have seated it there.
    ServerEntry* server = table_.Find(record.server.id);
    if (server != nullptr && server->state == GameServerState::kReady) return SeatOn(record, *server);
    if (server != nullptr) Forsake(*server, record.players);
    GiveBack(record);  // Comes up again at once, as the first in line and without a server.
    return true;
  }
  return PlaceAnywhere(record);
}

bool Fleet::Core::PlaceAnywhere(const RequestRecord& record) {
  if (!EvictOthers(record)) return false;
  if (record.players.size() == 1) {
    if (ServerEntry* keeper = table_.KeeperOf(record.players.front())) return SeatOn(record, *keeper);
  }
  if (ServerEntry* server = table_.Pick(record.players, options_.packing)) return SeatOn(record, *server);
  if (!TooLarge(record)) {
    cramped_ = !table_.HasRoomFor(record.players.size());
    return false;
  }
  FailRequest(record,
              "needs " + std::to_string(record.players.size()) + " seats on one game server, which has " +
                  std::to_string(AssumedSlots()),
              /*start_failed=*/false);
  return true;
}

bool Fleet::Core::TooLarge(const RequestRecord& record) const {
  return AssumedSlots() != 0 && record.players.size() > AssumedSlots();
}

/// Gives up the seats that players of `record` hold for other requests. False if one of them is just being
/// seated, so that it must wait.
bool Fleet::Core::EvictOthers(const RequestRecord& record) {
  std::vector<std::pair<std::string, std::string>> held;  // Player and server.
  for (const std::string& player : record.players) {
    const ServerTable::Holding* holding = table_.SeatOf(player);
    if (holding == nullptr || holding->request == record.key) continue;
    if (leases_.contains(holding->request) || seatings_.contains(holding->request)) return false;
    held.emplace_back(player, holding->server_id);
  }
  for (const auto& [player, server_id] : held) {
    FreeStoredSeat(server_id, player, "a player of it went on to another match");
    if (ServerEntry* server = table_.Find(server_id)) Undo(*server, {player});
  }
  return true;
}

bool Fleet::Core::SeatOn(const RequestRecord& record, ServerEntry& server) {
  const RunningServer& running = server.running;
  const bool is_kept = record.players.size() == 1 && server.unreturned.contains(record.players.front());
  const bool is_tried = !is_kept && ServerTable::SureSlots(server) == 0;
  const Status taken =
      parts_.store.TakeSeats(LeaseOf(record), {running.id, running.host, running.port, running.control},
                             is_tried ? 0 : server.slots);
  if (absl::IsAborted(taken) || absl::IsNotFound(taken)) {
    leases_.erase(record.key);
    return true;
  }
  if (absl::IsResourceExhausted(taken)) {  // Seats of requests that other workers hold.
    MarkFull(server);
    if (record.server.id == running.id) {  // It would be led here again.
      Forsake(server, record.players);
      GiveBack(record);
      return true;
    }
    return Place(record);
  }
  if (!taken.ok()) {
    Say(LogLevel::kWarning, "cannot take a seat: " + std::string(taken.message()));
    return false;
  }
  auto seating = std::make_shared<Seating>();
  seating->record = record;
  seating->server_id = running.id;
  seating->pending = record.players.size();
  seatings_[record.key] = seating;
  ++server.in_flight;
  for (const std::string& player : record.players) {
    table_.TakeSeat(server, player, record.key);
    parts_.reservations.Reserve(
        running.control, player,
        Bring<StatusOr<bool>>([seating, player](Core& core, const StatusOr<bool>& answer) {
          core.OnReserve(seating, player, answer);
        }));
  }
  return true;
}

void Fleet::Core::OnReserve(const SeatingPtr& seating, const std::string& player,
                            const StatusOr<bool>& answer) {
  if (seating->abandoned) return;
  auto& list = !answer.ok() ? seating->unknown : *answer ? seating->reserved : seating->refused;
  list.push_back(player);
  if (--seating->pending == 0) Finish(seating);
}

void Fleet::Core::Finish(const SeatingPtr& seating) {
  seatings_.erase(seating->record.key);
  ServerEntry* server = table_.Find(seating->server_id);
  if (server == nullptr) {
    GiveBack(seating->record);
    Unpark(seating->record.key);
    return Pump();
  }
  --server->in_flight;
  if (seating->refused.empty() && seating->unknown.empty()) {
    Confirm(*seating, *server);
  } else {
    Forsake(*server, seating->unknown);
    if (!seating->unknown.empty()) MarkSick(*server);
    Refused(*seating, *server);
  }
  Unpark(seating->record.key);
  Pump();
}

void Fleet::Core::Unpark(const RequestKey& key) {
  auto parked = parked_.extract(key);
  if (parked.empty()) return;
  const RequestRecord& record = parked.mapped();
  leases_[key] = LeaseOf(record);
  if (!Place(record)) GiveBack(record);
}

void Fleet::Core::MarkFull(ServerEntry& server) {
  server.full = true;
  server.full_since = Now();
}

void Fleet::Core::Confirm(const Seating& seating, ServerEntry& server) {
  const Status completed = parts_.store.Complete(LeaseOf(seating.record));
  if (absl::IsUnavailable(completed)) {
    // The lease will lapse, and whoever takes the request then asks the same server first.
    Say(LogLevel::kError, "cannot record a seat: " + std::string(completed.message()));
    leases_.erase(seating.record.key);
    return;
  }
  if (absl::IsFailedPrecondition(completed)) {  // The record of the seats is gone; so the seats go.
    Undo(server, seating.reserved);
    return GiveBack(seating.record);
  }
  leases_.erase(seating.record.key);
  server.proven = true;
  server.refusals = 0;
  // More than was assumed, as of its like one may have lost a seat before it told what it holds.
  if (server.slots == 0 && server.assumed != 0) Learnt(static_cast<std::uint32_t>(server.seats.size()));
  const bool is_silent = !server.tells_load && !server.running.registered;
  if (is_silent && server.slots != 0 && ServerTable::SureSlots(server) == 0) {
    const bool holds_more = server.seats.size() + server.foreign > server.slots;
    if (holds_more) Reconcile(server);  // So it has let somebody go.
    MarkFull(server);
  }
  if (completed.ok()) {
    pace_.Seated(Now());
    Count(&FleetCounts::seated);
    return on_change_(seating.record.key);
  }
  // Withdrawn meanwhile, or leased by another worker while we were held up.
  const auto found = parts_.store.Find(seating.record.key);
  const bool still_there = found.ok() && *found && (*found)->server.id == seating.server_id;
  if (!still_there) Undo(server, seating.reserved);
}

void Fleet::Core::Refused(const Seating& seating, ServerEntry& server) {
  for (const std::string& player : seating.refused) table_.FreeSeat(server, player);
  if (!seating.refused.empty()) {
    ++server.refusals;
    MarkFull(server);
    const bool holds_nobody = server.seats.empty() && server.ghosts.empty() && server.foreign == 0;
    if (holds_nobody && seating.reserved.empty() && !server.proven) {
      FailRequest(seating.record, "the game server refuses players although it is empty",
                  /*start_failed=*/true);
      return Retire(server, "refuses players although it is empty", /*politely=*/false);
    }
    if (server.slots == 0 && server.in_flight == 0) {
      server.slots = static_cast<std::uint32_t>((std::max<std::size_t>)(server.seats.size(), 1));
      Learnt(server.slots);
    }
  }
  Undo(server, seating.reserved);
  GiveBack(seating.record);
}

/// Most servers of a fleet are alike. Without this the whole line would be tried on each of them.
void Fleet::Core::Learnt(std::uint32_t slots) {
  if (slots <= learnt_slots_) return;
  learnt_slots_ = slots;
  for (const std::string& id : table_.Ids()) {
    ServerEntry& each = *table_.Find(id);
    if (each.slots == 0) each.assumed = static_cast<std::uint32_t>(AssumedSlots());
  }
}

/// Gives up seats on a server, which is told when it next answers.
void Fleet::Core::Forsake(ServerEntry& server, const std::vector<std::string>& players) {
  for (const std::string& player : players) {
    if (table_.FreeSeat(server, player)) server.ghosts.emplace(player, false);
  }
}

/// The same, and tells it now.
void Fleet::Core::Undo(ServerEntry& server, const std::vector<std::string>& players) {
  Forsake(server, players);
  ClearGhosts(server);
}

/// One call a player at a time: a second one could come after the player has been seated here anew.
void Fleet::Core::ClearGhosts(ServerEntry& server) {
  for (auto& [player, asked] : server.ghosts) {
    if (std::exchange(asked, true)) continue;
    parts_.reservations.Cancel(server.running.control, player,
                               Bring<StatusOr<bool>>([id = server.running.id, name = player](
                                                         Core& core, const StatusOr<bool>& freed) {
                                 core.OnCancelled(id, name, freed);
                               }));
  }
}

void Fleet::Core::OnCancelled(const std::string& server_id, const std::string& player,
                              const StatusOr<bool>& freed) {
  ServerEntry* server = table_.Find(server_id);
  if (server == nullptr) return;
  if (!freed.ok()) {
    server->ghosts[player] = false;
    return;
  }
  server->ghosts.erase(player);
  if (*freed) {
    Forget(server_id, player);
  } else {
    table_.KeepSeat(*server, player);
  }
  // Whoever keeps a seat after a fault may keep others of which nobody knows; and one that keeps all is of no
  // use.
  const bool is_spent = server->Empty() && ServerTable::SureSlots(*server) == 0;
  const bool keeps = !server->unreturned.empty() && !server->running.registered;
  if (keeps && (server->falls > 0 || is_spent))
    Leave(*server, WallTime::max(), "keeps seats that were given up");
  Pump();
}

void Fleet::Core::Forget(const std::string& server_id, const std::string& player) {
  const Status forgotten = parts_.store.Forget(term_, server_id, player);
  if (!forgotten.ok()) Say(LogLevel::kWarning, "cannot forget a seat: " + std::string(forgotten.message()));
}

void Fleet::Core::GiveBack(const RequestRecord& record) {
  leases_.erase(record.key);
  const Status given = parts_.store.GiveBack(LeaseOf(record));
  if (given.ok()) taken_out_ -= static_cast<std::int64_t>(record.players.size());
  if (absl::IsUnavailable(given)) {  // The lease lapses by itself.
    Say(LogLevel::kWarning, "cannot give a request back: " + std::string(given.message()));
  }
}

void Fleet::Core::FailRequest(const RequestRecord& record, std::string_view error, bool start_failed) {
  leases_.erase(record.key);
  if (parts_.store.Fail(LeaseOf(record), error, start_failed).ok()) on_change_(record.key);
}

void Fleet::Core::FreeStoredSeat(const std::string& server_id, const std::string& player,
                                 std::string_view reason) {
  auto failed = parts_.store.FreeSeats(term_, server_id, {player}, reason);
  if (failed.ok()) return Changed(*failed);
  Say(LogLevel::kWarning, "cannot free a seat: " + std::string(failed.status().message()));
}

void Fleet::Core::RenewLeases() {
  renew_armed_ = false;
  const auto until = LeaseEnd();
  for (auto next = leases_.begin(); next != leases_.end();) {
    const Status renewed = parts_.store.Renew(next->second, until);
    const bool lost = absl::IsAborted(renewed) || absl::IsNotFound(renewed);
    next = lost ? leases_.erase(next) : std::next(next);
  }
  if (leases_.empty()) return;
  renew_armed_ = true;
  renew_timer_ = TimerIn(options_.lease / 3, &Core::RenewLeases);
}

/// The store is the truth about seats: what others released there is given up on the game servers too.
void Fleet::Core::TakeReleased() {
  const auto released = parts_.store.Released(options_.name);
  if (!released.ok()) {
    return Say(LogLevel::kError, "cannot read released seats: " + std::string(released.status().message()));
  }
  std::set<ServerEntry*> owing;
  for (const Seat& seat : *released) {
    ServerEntry* server = table_.Find(seat.server.id);
    if (server == nullptr || server->unreturned.contains(seat.player)) continue;
    const ServerTable::Holding* held = table_.SeatOf(seat.player);
    const bool is_here = held != nullptr && held->server_id == seat.server.id;
    // One on its way undoes itself when it finds that nobody wants it any more.
    if (is_here && seatings_.contains(held->request)) continue;
    if (is_here) table_.FreeSeat(*server, seat.player);
    server->ghosts.emplace(seat.player, false);
    owing.insert(server);
  }
  for (ServerEntry* server : owing) ClearGhosts(*server);
  Pump();
}

void Fleet::Core::SeatDenied(const std::string& server_id) {
  if (ServerEntry* server = table_.Find(server_id)) {
    MarkFull(*server);
    Probe(*server);
  }
  TakeReleased();
}

}  // namespace oofgg::orchestration
