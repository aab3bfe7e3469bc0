#include "orchestration/fleet_keeper.h"

#include <utility>

#include "orchestration/fleet_report.h"

namespace oofgg::orchestration {

FleetKeeper::FleetKeeper(FleetOptions fleet, FleetParts parts, FleetLeaseStore& leases, Executor& executor,
                         FleetKeeperOptions options, Fleet::OnChange on_change)
    : fleet_options_(std::move(fleet)),
      parts_(std::move(parts)),
      leases_(leases),
      executor_(executor),
      options_(std::move(options)),
      on_change_(std::move(on_change)) {}

FleetKeeper::~FleetKeeper() {
  gate_->Close();
  timer_.Cancel();
  if (term_ == nullptr) return;
  End("");
  const Status gone = leases_.LetGo(name(), options_.holder);
  if (!gone.ok()) Say(LogLevel::kWarning, "cannot let go of it: " + std::string(gone.message()));
}

void FleetKeeper::Say(LogLevel level, std::string_view message) const {
  Log(level, "orchestration", "fleet " + name() + ": " + std::string(message));
}

void FleetKeeper::Post(Task task) {
  executor_.Post([gate = gate_, task = std::move(task)]() mutable { gate->Pass([&] { task(); }); });
}

void FleetKeeper::Start() {
  Post([this] {
    if (std::exchange(takes_part_, true)) return;
    Turn();
  });
}

void FleetKeeper::LeaseFree() {
  Post([this] {
    if (takes_part_ && term_ == nullptr) Turn();
  });
}

void FleetKeeper::Turn() {
  if (!takes_part_) return;
  // The lease runs from when the store handles the call, so from here on it is ours at the least.
  const TimePoint asked = parts_.clock.Now();
  const TimePoint until = DeadlineAfter(asked, options_.lease);
  const auto held = leases_.Hold(name(), options_.holder, options_.lease);
  // Somebody else may have had it in between.
  if (term_ != nullptr && parts_.clock.Now() >= term_->until.load()) End("the lease has lapsed");
  if (held.ok() && !*held && term_ != nullptr) End("another worker has it");
  if (held.ok() && *held) {
    if (term_ == nullptr) Begin(until);
    term_->until = until;
  }
  if (const auto fleet = Current(); fleet != nullptr && options_.shared) {
    fleet->ListServers([this, gate = gate_](const StatusOr<std::vector<GameServerInfo>>& servers) {
      gate->Pass([&] {
        if (servers.ok()) Post([this, list = *servers] { Tell(list); });
      });
    });
  }
  timer_ = ScopedTimer(executor_, DeadlineAfter(parts_.clock.Now(), options_.lease / 3),
                       [this, gate = gate_] { gate->Pass([&] { Turn(); }); });
}

void FleetKeeper::Begin(TimePoint until) {
  if (options_.shared) Say(LogLevel::kInfo, "this worker has it now");
  term_ = std::make_shared<Term>();
  term_->until = until;
  told_.clear();
  FleetParts parts = parts_;
  parts.may_act = [term = term_, &clock = parts_.clock] { return clock.Now() < term->until.load(); };
  parts.holder = options_.holder;
  parts.on_lost = [this, gate = gate_, term = term_] {
    gate->Pass([&] {
      Post([this, term] {
        if (term_ == term) End("another worker has taken it over");
      });
    });
  };
  parts.on_over = [this, gate = gate_, term = term_] {
    gate->Pass([&] {
      Post([this, term] {
        if (term_ == term) Over();
      });
    });
  };
  const auto fleet = std::make_shared<Fleet>(fleet_options_, parts, on_change_);
  {
    const std::lock_guard lock(mutex_);
    fleet_ = fleet;
  }
  fleet->Start([this, gate = gate_, term = term_](const Status& started) {
    if (started.ok()) return;
    gate->Pass([&] {
      Post([this, term, why = std::string(started.message())] {
        if (term_ == term) End("cannot begin, and will try again: " + why);
      });
    });
  });
}

void FleetKeeper::End(std::string_view why) {
  if (!why.empty()) Say(LogLevel::kWarning, why);
  term_->until = TimePoint{};  // A task that runs just now is the last.
  term_ = nullptr;
  std::shared_ptr<Fleet> gone;  // Ended without the lock.
  const std::lock_guard lock(mutex_);
  gone.swap(fleet_);
}

/// Other workers may find the lease free now: each takes it once more, sees the same and is done with it.
void FleetKeeper::Over() {
  if (parts_.configured && !parts_.configured().closes) return;  // It has opened again meanwhile.
  takes_part_ = false;
  timer_.Cancel();
  End("");
  Say(LogLevel::kInfo, "it is no longer configured and has no servers left");
  const Status gone = leases_.LetGo(name(), options_.holder);
  if (!gone.ok()) Say(LogLevel::kWarning, "cannot let go of it: " + std::string(gone.message()));
}

void FleetKeeper::Tell(const std::vector<GameServerInfo>& servers) {
  if (term_ == nullptr) return;
  std::string word = FleetReport(servers);
  if (word == told_ || !leases_.Tell(name(), options_.holder, word).ok()) return;
  told_ = std::move(word);
}

std::shared_ptr<Fleet> FleetKeeper::Current() const {
  const std::lock_guard lock(mutex_);
  return fleet_;
}

void FleetKeeper::Wake() {
  if (const auto fleet = Current()) fleet->Wake();
}

void FleetKeeper::SeatsReleased() {
  if (const auto fleet = Current()) fleet->SeatsReleased();
}

void FleetKeeper::SeatDenied(std::string_view server_id) {
  if (const auto fleet = Current()) fleet->SeatDenied(server_id);
}

void FleetKeeper::OrdersChanged() {
  if (const auto fleet = Current()) fleet->OrdersChanged();
}

void FleetKeeper::ListServers(OnListed on_listed) {
  if (const auto fleet = Current()) return fleet->ListServers(std::move(on_listed));
  on_listed(MakeStatus(StatusCode::kUnavailable, "nobody works on fleet " + name() + " just now; try again"));
}

}  // namespace oofgg::orchestration
