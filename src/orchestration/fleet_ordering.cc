#include <algorithm>
#include <chrono>
#include <utility>

#include "oofgg/log.h"
#include "orchestration/fleet_core.h"
#include "orchestration/server_id.h"

// What operators and the configuration say of a fleet, as it becomes true: sizes, draining, rolling updates.

namespace oofgg::orchestration {
namespace {

constexpr std::chrono::seconds kLookAtOrders{5};  // Where no word of a change came through.
constexpr std::chrono::seconds kTellPace{2};
constexpr std::chrono::milliseconds kDefaultIdle{60'000};

}  // namespace

void Fleet::Core::OrdersChanged() {
  // Who has nobody to ask need not look again.
  if (parts_.orders != nullptr || parts_.configured)
    orders_timer_ = TimerIn(kLookAtOrders, &Core::OrdersChanged);
  if (parts_.configured) configured_ = parts_.configured();
  if (parts_.orders != nullptr) {
    auto found = parts_.orders->Find(options_.name);
    if (!found.ok()) Say(LogLevel::kWarning, "cannot read orders: " + std::string(found.status().message()));
    if (found.ok()) orders_ = *std::move(found);
  }
  ApplyOrders();
  Pump();
}

void Fleet::Core::ApplyOrders() {
  const std::string name = options_.name;
  options_ = configured_;
  options_.name = name;
  if (orders_.min_ready) options_.min_ready = *orders_.min_ready;
  if (orders_.max) options_.max = orders_.max;
  if (orders_.image) options_.image = *orders_.image;
  if (orders_.command) options_.command = *orders_.command;
  if (!options_.starts_servers || options_.closes) options_.max = 0;
  if (options_.max) options_.min_ready = (std::min)(options_.min_ready, *options_.max);
  const Duration idle = options_.idle_timeout.value_or(kDefaultIdle);
  if (idle != scaler_idle_) scaler_.SetIdleTimeout(idle);
  scaler_idle_ = idle;
  revision_ = RevisionOf(options_.image, options_.command);
  for (const std::string& id : table_.Ids()) {
    ServerEntry& server = *table_.Find(id);
    Mark(server);
    const auto ordered = orders_.draining.find(id);
    if (ordered != orders_.draining.end()) Leave(server, ordered->second, "was ordered to drain");
  }
}

/// Whether it runs what would be started now, if anything is.
void Fleet::Core::Mark(ServerEntry& server) {
  const auto runs = RevisionIn(server.running.id);
  server.outdated = !server.running.registered && runs.has_value() && *runs != revision_;
  if (options_.closes) Leave(server, WallTime::max(), "belongs to a fleet that is no longer configured");
}

/// No new players from now on; it stops when it is empty, or at `until`.
void Fleet::Core::Leave(ServerEntry& server, WallTime until, std::string_view why) {
  server.leave_by = until;
  if (server.retired || std::exchange(server.leaving, true)) return;
  Say(LogLevel::kInfo, "game server " + server.running.id + " takes no more players: it " + std::string(why));
  if (server.state == GameServerState::kReady) server.state = GameServerState::kDraining;
  if (server.state == GameServerState::kDraining) ConsiderLeaving(server);
}

/// True if it has gone, or goes now.
bool Fleet::Core::ConsiderLeaving(ServerEntry& server) {
  if (!server.leaving || server.retired) return server.retired;
  if (server.running.registered) return false;  // Whoever runs it ends it.
  const bool overdue = parts_.clock.WallNow() >= server.leave_by;
  if (!overdue && !server.Empty()) return false;
  Retire(server, overdue && !server.Empty() ? "had time enough to drain" : "has drained", /*politely=*/true);
  return true;
}

/// What was ordered of a server that is gone is over.
void Fleet::Core::ForgetOrders(const std::string& server_id) {
  if (parts_.orders == nullptr || orders_.draining.erase(server_id) == 0) return;
  auto changed = ChangeOrders(*parts_.orders, options_.name, [&server_id](FleetOrders& orders) {
    orders.draining.erase(server_id);
    return Status();
  });
  if (changed.ok()) orders_ = *std::move(changed);
}

/// New servers that are wanted only so that outdated ones can go. An outdated server serves on until another
/// one is ready in its place, so a revision that does not start costs no player a seat.
std::size_t Fleet::Core::Replacements() const {
  const std::size_t at_once = (std::min)(options_.update_batch, table_.CountOutdated());
  return at_once - (std::min)(at_once, replacing_.size());
}

void Fleet::Core::Replace() {
  if (ServerEntry* server = table_.PickOutdated()) Leave(*server, WallTime::max(), "runs an older revision");
}

/// Who is in line of a fleet that closes has nothing to wait for.
void Fleet::Core::SendAway() {
  constexpr std::size_t kAtOnce = 64;
  while (true) {
    const auto leased = parts_.store.LeaseOldest(term_, kAtOnce, LeaseEnd());
    Note(leased.status());
    if (!leased.ok() || leased->empty()) break;
    for (const RequestRecord& record : *leased) {
      FailRequest(record, "the fleet is no longer served", /*start_failed=*/false);
    }
  }
  if (parts_.on_over && IsOver()) parts_.on_over();
}

bool Fleet::Core::IsOver() const {
  if (!spawning_.empty() || !seatings_.empty()) return false;
  return std::all_of(table_.all().begin(), table_.all().end(), [](const auto& entry) {
    return entry.second.running.registered && entry.second.Empty();
  });
}

void Fleet::Core::TellPace() {
  pace_armed_ = false;
  const bool is_news = waiting_ || trouble_ != told_trouble_ || !trouble_.empty();
  if (parts_.orders == nullptr || !is_news) return;
  const FleetPace pace{
      .requests_per_second = pace_.PerSecond(Now()),
      .coming_seats = Coming() * AssumedSlots(),
      .start_time = std::chrono::duration_cast<std::chrono::milliseconds>(scaler_.start_time()),
      .told = parts_.clock.WallNow(),
      .trouble = trouble_};
  const Status told = parts_.orders->TellPace(options_.name, pace);
  if (told.ok()) told_trouble_ = trouble_;
  if (!told.ok()) Say(LogLevel::kWarning, "cannot tell of the pace: " + std::string(told.message()));
  pace_armed_ = true;
  pace_timer_ = TimerIn(kTellPace, &Core::TellPace);
}

}  // namespace oofgg::orchestration
