#include "orchestration/server_table.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oofgg::orchestration {

ServerEntry& ServerTable::Add(RunningServer running, TimePoint now) {
  ServerEntry& server = servers_[running.id];
  server.running = std::move(running);
  server.since = now;
  return server;
}

void ServerTable::Remove(std::string_view id) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return;
  for (const std::string& player : std::set<std::string>(found->second.seats))
    FreeSeat(found->second, player);
  servers_.erase(found);
}

ServerEntry* ServerTable::Find(std::string_view id) {
  const auto found = servers_.find(id);
  return found == servers_.end() ? nullptr : &found->second;
}

std::size_t ServerTable::FreeSlots(const ServerEntry& server) {
  if (server.state != GameServerState::kReady || server.told != GameServerState::kReady) return 0;
  if (server.full) return 0;
  if (server.slots == 0) return std::numeric_limits<std::uint32_t>::max();
  const std::size_t used = server.seats.size() + server.ghosts.size() + server.foreign;
  return used >= server.slots ? 0 : server.slots - used;
}

ServerEntry* ServerTable::Pick(const std::vector<std::string>& players) {
  ServerEntry* best = nullptr;
  for (auto& [id, server] : servers_) {
    const std::size_t free = FreeSlots(server);
    if (free < players.size()) continue;
    const auto& ghosts = server.ghosts;
    if (std::any_of(players.begin(), players.end(),
                    [&](const auto& player) { return ghosts.contains(player); })) {
      continue;
    }
    if (best == nullptr || free < FreeSlots(*best)) best = &server;
  }
  return best;
}

bool ServerTable::HasRoomFor(std::size_t count) const {
  return std::any_of(servers_.begin(), servers_.end(),
                     [count](const auto& entry) { return FreeSlots(entry.second) >= count; });
}

std::size_t ServerTable::SoonFree() const {
  std::size_t total = 0;
  for (const auto& [id, server] : servers_) {
    if (server.state != GameServerState::kReady) continue;
    for (const auto& [player, asked] : server.ghosts) total += asked ? 1 : 0;
  }
  return total;
}

std::size_t ServerTable::CountIn(GameServerState state) const {
  return static_cast<std::size_t>(std::count_if(
      servers_.begin(), servers_.end(), [&](const auto& entry) { return entry.second.state == state; }));
}

std::size_t ServerTable::CountOwn() const {
  return static_cast<std::size_t>(std::count_if(
      servers_.begin(), servers_.end(), [](const auto& entry) { return !entry.second.running.registered; }));
}

std::size_t ServerTable::CountOwnStarting() const {
  return static_cast<std::size_t>(std::count_if(servers_.begin(), servers_.end(), [](const auto& entry) {
    return !entry.second.running.registered && entry.second.state == GameServerState::kStarting;
  }));
}

std::size_t ServerTable::CountWithRoom() const {
  return static_cast<std::size_t>(std::count_if(
      servers_.begin(), servers_.end(), [](const auto& entry) { return FreeSlots(entry.second) > 0; }));
}

std::uint32_t ServerTable::LargestSlots() const {
  std::uint32_t largest = 0;
  for (const auto& [id, server] : servers_) largest = (std::max)(largest, server.slots);
  return largest;
}

std::size_t ServerTable::TotalFree(std::size_t unknown_as) const {
  std::size_t total = 0;
  for (const auto& [id, server] : servers_) {
    const std::size_t free = FreeSlots(server);
    total += server.slots == 0 && free > 0 ? unknown_as : free;
  }
  return total;
}

void ServerTable::TakeSeat(ServerEntry& server, const std::string& player, const RequestKey& request) {
  server.seats.insert(player);
  if (server.unreturned.erase(player) > 0 && server.foreign > 0) --server.foreign;
  by_player_[player] = {server.running.id, request};
}

bool ServerTable::FreeSeat(ServerEntry& server, const std::string& player) {
  if (server.seats.erase(player) == 0) return false;
  // The player may sit elsewhere by now.
  const auto held = by_player_.find(player);
  if (held != by_player_.end() && held->second.server_id == server.running.id) by_player_.erase(held);
  server.full = false;
  return true;
}

const ServerTable::Holding* ServerTable::SeatOf(const std::string& player) const {
  const auto found = by_player_.find(player);
  return found == by_player_.end() ? nullptr : &found->second;
}

void ServerTable::Learn(ServerEntry& server, const ServerLoad& load) {
  server.tells_load = true;
  server.slots = load.slots;
  server.full = false;
  const std::size_t used = (std::max)(load.reserved, load.players);
  const std::size_t ours = server.seats.size() + server.ghosts.size();
  server.foreign = used > ours ? static_cast<std::uint32_t>(used - ours) : 0;
}

}  // namespace oofgg::orchestration
