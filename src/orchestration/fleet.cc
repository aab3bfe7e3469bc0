#include "orchestration/fleet.h"

#include <algorithm>
#include <utility>

#include "oofgg/log.h"
#include "oofgg/parse.h"
#include "orchestration/fleet_core.h"

namespace oofgg::orchestration {
namespace {

constexpr std::chrono::seconds kDropAgain{1};

}  // namespace

Fleet::Fleet(FleetOptions options, const FleetParts& parts, OnChange on_change)
    : name_(options.name),
      core_(std::make_shared<Core>(std::move(options), parts, std::move(on_change))),
      executor_(parts.executor),
      backend_(parts.backend) {}

Fleet::~Fleet() {
  backend_.WatchNews(name_, nullptr);
  backend_.WatchExits(name_, nullptr);
}

template <typename Body>
void Fleet::Run(Body body) {
  executor_.Post([weak = std::weak_ptr<Core>(core_), body = std::move(body)]() mutable {
    const auto core = weak.lock();
    if (core && core->MayAct()) body(*core);
  });
}

void Fleet::Start(std::function<void(Status)> on_started) {
  Run([on_started = std::move(on_started)](Core& core) mutable { core.Start(std::move(on_started)); });
}

void Fleet::Wake() {
  if (core_->wake_posted.exchange(true)) return;
  Run([](Core& core) {
    core.wake_posted = false;  // First: what comes from here on may be too late for this look.
    core.Pump();
  });
}

void Fleet::SeatsReleased() {
  if (core_->released_posted.exchange(true)) return;
  Run([](Core& core) {
    core.released_posted = false;
    core.TakeReleased();
  });
}

void Fleet::SeatDenied(std::string_view server_id) {
  Run([id = std::string(server_id)](Core& core) { core.SeatDenied(id); });
}

void Fleet::OrdersChanged() {
  Run([](Core& core) { core.OrdersChanged(); });
}

void Fleet::ListServers(OnListed on_listed) {
  Run([on_listed = std::move(on_listed)](Core& core) { on_listed(core.ListServers()); });
}

Fleet::Core::Core(FleetOptions options, const FleetParts& parts, OnChange on_change)
    : options_(std::move(options)),
      configured_(options_),
      parts_(parts),
      on_change_(std::move(on_change)),
      scaler_(options_.idle_timeout.value_or(std::chrono::seconds(60))) {}

void Fleet::Core::Say(LogLevel level, std::string_view message) const {
  Log(level, "orchestration", "fleet " + options_.name + ": " + std::string(message));
}

ScopedTimer Fleet::Core::TimerIn(Duration delay, void (Core::*body)()) {
  return {parts_.executor, DeadlineAfter(Now(), delay), Later([body](Core& core) { (core.*body)(); })};
}

void Fleet::Core::Start(std::function<void(Status)> on_started) {
  auto term = parts_.store.TakeOver(options_.name, parts_.holder);
  if (!term.ok()) return on_started(term.status());
  term_ = *std::move(term);
  parts_.backend.WatchExits(options_.name,
                            Bring<ServerExit>([](Core& core, const ServerExit& exit) { core.OnExit(exit); }));
  parts_.backend.WatchNews(
      options_.name, Bring<ServerNews>([](Core& core, ServerNews news) { core.OnNews(std::move(news)); }));
  parts_.backend.List(options_.name, Bring<StatusOr<std::vector<RunningServer>>>(
                                         [on_started = std::move(on_started)](
                                             Core& core, StatusOr<std::vector<RunningServer>> servers) {
                                           core.OnListed(std::move(servers), on_started);
                                         }));
}

void Fleet::Core::OnListed(StatusOr<std::vector<RunningServer>> servers,
                           const std::function<void(Status)>& on_started) {
  if (!servers.ok()) return on_started(servers.status());
  to_adopt_ = servers->size();
  for (RunningServer& running : *servers) {
    Say(LogLevel::kInfo, "adopts the running game server " + running.id);
    ServerEntry& server = table_.Add(std::move(running), Now());
    server.slots = options_.slots;
    server.state = GameServerState::kSick;  // Until it has answered.
    server.adopted = true;
    server.proven = true;
  }
  AdoptSeats();
  OrdersChanged();
  for (const auto& [id, until] : FleetOrders(orders_).draining) {
    if (table_.Find(id) == nullptr) ForgetOrders(id);
  }
  on_started(absl::OkStatus());
  LookForStrays();
  if (to_adopt_ == 0) {
    started_ = true;
    return Pump();
  }
  // Requests wait until each server has been heard, so that nobody is moved away from one that is well.
  CheckHealth();
}

void Fleet::Core::AdoptSeats() {
  auto seats = parts_.store.Seats(options_.name);
  if (!seats.ok())
    return Say(LogLevel::kError, "cannot read the seats: " + std::string(seats.status().message()));
  auto released = parts_.store.Released(options_.name);
  if (!released.ok()) released = std::vector<Seat>();
  auto marks = parts_.store.MarkedServers(options_.name);
  if (!marks.ok()) marks = std::vector<ServerMark>();
  std::set<std::string> gone;
  for (const ServerMark& mark : *marks) {
    if (!mark.closed) continue;  // If it does not run it may yet: whoever starts it may only be held up.
    ServerEntry* server = table_.Find(mark.id);
    if (server != nullptr) server->closing = true;
    if (server == nullptr) gone.insert(mark.id);
  }
  for (const Seat& seat : *seats) {
    ServerEntry* server = table_.Find(seat.server.id);
    if (server != nullptr) table_.TakeSeat(*server, seat.player, seat.request);
    if (server == nullptr) gone.insert(seat.server.id);
  }
  for (const Seat& seat : *released) {
    ServerEntry* server = table_.Find(seat.server.id);
    if (server != nullptr) server->ghosts.emplace(seat.player, false);
    if (server == nullptr) gone.insert(seat.server.id);
  }
  for (const std::string& id : gone) Drop(id);
}

void Fleet::Core::Drop(const std::string& server_id) {
  const auto dropped = parts_.store.DropServer(term_, server_id, "the game server has ended; ask again");
  Note(dropped.status());
  if (dropped.ok()) return SeatAgain(*dropped);
  if (absl::IsAborted(dropped.status())) return;
  // Its players would be told of a server that is gone until somebody asks it, so this is not forgotten.
  Say(LogLevel::kWarning, "cannot forget the game server " + server_id +
                              " now: " + std::string(dropped.status().message()) + "; tries again");
  parts_.executor.PostAt(DeadlineAfter(Now(), kDropAgain), Later([server_id](Core& core) {
                           core.Drop(server_id);
                           core.Pump();
                         }));
}

/// What became of a write on the fleet as a whole: such a one is refused only in a term that is over.
void Fleet::Core::Note(const Status& written) const {
  if (absl::IsAborted(written) && parts_.on_lost) parts_.on_lost();
}

void Fleet::Core::Changed(const std::vector<RequestRecord>& records) {
  for (const RequestRecord& record : records) on_change_(record.key);
}

/// Who asked of late is given a seat on another server without asking again; others are told to, as nobody
/// knows whether they still want one, and whoever plays a match was told where.
void Fleet::Core::SeatAgain(const std::vector<RequestRecord>& dropped) {
  const WallTime now = parts_.clock.WallNow();
  for (const RequestRecord& record : dropped) {
    if (IsClientKey(record.key) && record.deadline > now) {
      const auto queued = parts_.store.Enqueue({record.key, record.players, record.deadline});
      if (queued.ok()) Count(&FleetCounts::reseated);
      if (!queued.ok())
        Say(LogLevel::kWarning, "cannot queue anew: " + std::string(queued.status().message()));
    }
    on_change_(record.key);
  }
}

void Fleet::Core::Pump() {
  if (!started_) return;
  table_.Settle();
  if (options_.closes) {
    SendAway();
  } else {
    PlaceWaiting();
    StartServers();
  }
  if (!sweep_armed_) ArmSweep(std::nullopt);
}

void Fleet::Core::ArmSweep(std::optional<WallTime> next) {
  // Requests come with later deadlines and leases than those in line, so a look now and then is enough; it
  // also makes up for a wall clock that was set.
  constexpr std::chrono::seconds kAtMost{10};
  constexpr std::chrono::milliseconds kAtLeast{50};
  Duration delay = kAtMost;
  if (next) delay = std::clamp<Duration>(*next - parts_.clock.WallNow(), kAtLeast, kAtMost);
  sweep_armed_ = true;
  sweep_timer_ = TimerIn(delay, &Core::Sweep);
}

void Fleet::Core::Sweep() {
  sweep_armed_ = false;
  const auto swept = parts_.store.SweepLapsed(term_, parts_.clock.WallNow());
  Note(swept.status());
  if (!swept.ok()) return ArmSweep(std::nullopt);
  Changed(swept->changed);
  if (!swept->changed.empty()) TakeReleased();  // Of those that failed, if there were any.
  if (swept->next) ArmSweep(swept->next);
  if (!swept->changed.empty() || waiting_) Pump();
}

std::vector<GameServerInfo> Fleet::Core::ListServers() const {
  std::vector<GameServerInfo> servers;
  for (const auto& [id, server] : table_.all()) {
    const std::size_t reserved = server.seats.size() + server.ghosts.size() + server.foreign;
    servers.push_back({.id = id,
                       .fleet = options_.name,
                       .state = server.state == GameServerState::kReady ? server.told : server.state,
                       .address = FormatHostPort({server.running.host, server.running.port}),
                       .slots = server.slots,
                       .reserved = static_cast<std::uint32_t>(reserved),
                       .outdated = server.outdated});
  }
  return servers;
}

}  // namespace oofgg::orchestration
