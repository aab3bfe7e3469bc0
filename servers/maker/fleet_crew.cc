#include "servers/maker/fleet_crew.h"

#include <utility>

#include "oofgg/uuid.h"
#include "storage/redis/orchestration/fleet_news.h"

namespace oofgg::servers {

using orchestration::FleetDoor;
using orchestration::FleetKeeper;
using orchestration::FleetOptions;

FleetCrew::FleetCrew(MakerStores& stores, const FleetCrewParts& parts)
    : stores_(stores), parts_(parts), holder_(NewUuidV7(parts_.clock, parts_.random)) {}

FleetDoor& FleetCrew::Add(FleetOptions options, std::function<FleetOptions()> configured) {
  const std::lock_guard lock(mutex_);
  const std::string name = options.name;
  const auto [found, fresh] = members_.try_emplace(name);
  Member& member = found->second;
  if (!fresh) return DoorOf(member);
  member.configured = configured;
  if (parts_.backend != nullptr) Keep(member, std::move(options), std::move(configured));
  if (!stores_.AreShared()) return DoorOf(member);
  member.elsewhere = std::make_unique<orchestration::RemoteFleet>(name, *stores_.leases);
  member.news = storage::FollowFleet(*stores_.subscriber, name, parts_.waiters, member.keeper.get());
  return DoorOf(member);
}

FleetDoor& FleetCrew::DoorOf(Member& member) {
  if (member.elsewhere != nullptr) return *member.elsewhere;
  return *member.keeper;
}

void FleetCrew::Keep(Member& member, FleetOptions options, std::function<FleetOptions()> configured) {
  SerialExecutor& work = parts_.mailboxes.Add();
  SerialExecutor& turns = parts_.mailboxes.Add();
  member.reservations = std::make_unique<orchestration::ReservationClient>(parts_.http, work, parts_.clock,
                                                                           parts_.reservations);
  orchestration::FleetParts with{parts_.clock,         work,         *stores_.requests, *parts_.backend,
                                 *member.reservations, parts_.random};
  with.orders = stores_.orders.get();
  with.configured = std::move(configured);
  with.counts = &member.counts;
  // Where stores are shared, they tell of changes themselves.
  auto on_change = [this](const orchestration::RequestKey& key) {
    if (!stores_.AreShared()) parts_.waiters.Notify(key);
  };
  member.keeper = std::make_unique<FleetKeeper>(
      std::move(options), std::move(with), *stores_.leases, turns,
      orchestration::FleetKeeperOptions{
          .holder = holder_, .lease = parts_.lease, .shared = stores_.AreShared()},
      std::move(on_change));
}

std::vector<FleetCrew::Work> FleetCrew::Works() const {
  const std::lock_guard lock(mutex_);
  std::vector<Work> works;
  for (const auto& [name, member] : members_) {
    if (member.keeper == nullptr) continue;
    works.push_back({.fleet = name, .has_it = member.keeper->HasIt(), .counts = &member.counts});
  }
  return works;
}

void FleetCrew::Configured() {
  for (auto& [name, member] : members_) {
    if (member.keeper != nullptr) member.keeper->OrdersChanged();
  }
}

void FleetCrew::Start() {
  for (auto& [name, member] : members_) {
    const bool closes = member.configured && member.configured().closes;
    if (member.keeper != nullptr && !closes) member.keeper->Start();
  }
}

}  // namespace oofgg::servers
