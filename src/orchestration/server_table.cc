#include "orchestration/server_table.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace oofgg::orchestration {
namespace {

constexpr std::size_t kWithoutEnd = std::numeric_limits<std::uint32_t>::max();

bool TakesPlayers(const ServerEntry& server) {
  return server.state == GameServerState::kReady && server.told == GameServerState::kReady && !server.full;
}

}  // namespace

ServerEntry& ServerTable::Touch(ServerEntry& server) {
  touched_.insert(&server);
  return server;
}

ServerEntry& ServerTable::Add(RunningServer running, TimePoint now) {
  ServerEntry& server = servers_[running.id];
  server.running = std::move(running);
  server.since = now;
  return Touch(server);
}

void ServerTable::Remove(std::string_view id) {
  const auto found = servers_.find(id);
  if (found == servers_.end()) return;
  for (const std::string& player : std::set<std::string>(found->second.seats))
    FreeSeat(found->second, player);
  for (const std::string& player : std::set<std::string>(found->second.unreturned))
    LapseSeat(found->second, player);
  if (const auto known = known_.extract(&found->second)) Count(found->second, known.mapped(), /*in=*/false);
  touched_.erase(&found->second);
  servers_.erase(found);
}

ServerEntry* ServerTable::Find(std::string_view id) {
  const auto found = servers_.find(id);
  return found == servers_.end() ? nullptr : &Touch(found->second);
}

std::vector<std::string> ServerTable::Ids() const {
  std::vector<std::string> ids;
  ids.reserve(servers_.size());
  for (const auto& [id, server] : servers_) ids.push_back(id);
  return ids;
}

void ServerTable::Settle() {
  Refresh();
  touched_.clear();
}

ServerTable::Known ServerTable::KnownOf(const ServerEntry& server) {
  Known known{.state = server.state,
              .free = FreeSlots(server),
              .sure = SureSlots(server),
              .slots = server.slots,
              .own = !server.running.registered,
              .late = server.late,
              .outdated = server.outdated,
              .stays = !server.leaving && !server.retired};
  if (server.state != GameServerState::kReady) return known;
  for (const auto& [player, asked] : server.ghosts) known.soon += asked ? 1 : 0;
  return known;
}

void ServerTable::Refresh() const {
  for (ServerEntry* server : touched_) {
    const Known now = KnownOf(*server);
    const auto [before, fresh] = known_.try_emplace(server, now);
    if (!fresh && before->second == now) continue;
    if (!fresh) Count(*server, before->second, /*in=*/false);
    before->second = now;
    Count(*server, now, /*in=*/true);
  }
}

/// Takes an entry into the sums and the index, or out of them.
void ServerTable::Count(ServerEntry& server, const Known& known, bool in) const {
  const auto add = [in](std::size_t& sum, std::size_t part) { sum = in ? sum + part : sum - part; };
  add(count_by_state_[static_cast<std::size_t>(known.state)], 1);
  if (known.own) add(count_own_, 1);
  if (known.own && known.state == GameServerState::kStarting) {
    add(count_own_starting_, 1);
    if (known.late) add(count_late_, 1);
  }
  add(soon_free_, known.soon);
  std::size_t& of_its_size = count_by_slots_[known.slots];
  add(of_its_size, 1);
  if (of_its_size == 0) count_by_slots_.erase(known.slots);
  if (known.outdated && known.stays) {
    if (in) outdated_.insert(&server);
    if (!in) outdated_.erase(&server);
  }
  if (known.free == 0) return;
  if (known.sure == 0) {
    if (in) to_try_.insert(&server);
    if (!in) to_try_.erase(&server);
    return;
  }
  add(count_with_room_, 1);
  if (known.sure == kWithoutEnd) add(count_unknown_, 1);
  if (known.sure != kWithoutEnd) add(free_, known.sure);
  ByFree& index = with_room_[known.outdated ? 1 : 0];
  auto& bucket = index[known.free];
  if (in) bucket.insert(&server);
  if (!in) bucket.erase(&server);
  if (bucket.empty()) index.erase(known.free);
}

std::size_t ServerTable::SureSlots(const ServerEntry& server) {
  if (!TakesPlayers(server)) return 0;
  const std::size_t slots = server.slots != 0 ? server.slots : server.assumed;
  if (slots == 0) return kWithoutEnd;
  const std::size_t used = server.seats.size() + server.ghosts.size() + server.foreign;
  return used >= slots ? 0 : slots - used;
}

std::size_t ServerTable::FreeSlots(const ServerEntry& server) {
  const std::size_t sure = SureSlots(server);
  const bool tells = server.tells_load || server.running.registered;
  return sure == 0 && TakesPlayers(server) && !tells && server.in_flight == 0 ? 1 : sure;
}

ServerEntry* ServerTable::PickFrom(const ByFree& servers, const std::vector<std::string>& players,
                                   Packing packing) {
  const auto among = [&players](const auto& bucket) -> ServerEntry* {
    for (ServerEntry* server : bucket.second) {
      const bool returning = std::any_of(players.begin(), players.end(), [server](const auto& player) {
        return server->ghosts.contains(player);
      });
      if (!returning) return server;
    }
    return nullptr;
  };
  const auto least = servers.lower_bound(players.size());
  ServerEntry* found = nullptr;
  if (packing == Packing::kPack) {
    for (auto next = least; next != servers.end() && found == nullptr; ++next) found = among(*next);
  } else {
    for (auto next = servers.end(); next != least && found == nullptr;) found = among(*--next);
  }
  return found;
}

ServerEntry* ServerTable::Pick(const std::vector<std::string>& players, Packing packing) {
  Refresh();
  for (const ByFree& servers : with_room_) {
    if (ServerEntry* found = PickFrom(servers, players, packing)) return &Touch(*found);
  }
  if (players.size() != 1) return nullptr;
  for (ServerEntry* server : to_try_) {
    if (!server->ghosts.contains(players.front())) return &Touch(*server);
  }
  return nullptr;
}

ServerEntry* ServerTable::KeeperOf(std::string_view player) {
  const auto kept = kept_.find(player);
  ServerEntry* const server = kept != kept_.end() ? Find(kept->second) : nullptr;
  const bool takes = server != nullptr && server->state == GameServerState::kReady &&
                     server->told == GameServerState::kReady && !server->ghosts.contains(std::string(player));
  return takes ? server : nullptr;
}

ServerEntry* ServerTable::PickOutdated() {
  Refresh();
  const auto fewer = [](const ServerEntry* a, const ServerEntry* b) {
    return a->seats.size() < b->seats.size();
  };
  const auto found = std::min_element(outdated_.begin(), outdated_.end(), fewer);
  return found == outdated_.end() ? nullptr : &Touch(**found);
}

bool ServerTable::HasRoomFor(std::size_t count) const {
  Refresh();
  if (count == 1 && !to_try_.empty()) return true;
  return std::any_of(with_room_.begin(), with_room_.end(), [count](const ByFree& servers) {
    return !servers.empty() && servers.rbegin()->first >= count;
  });
}

std::size_t ServerTable::SoonFree() const {
  Refresh();
  return soon_free_;
}

std::size_t ServerTable::CountIn(GameServerState state) const {
  Refresh();
  return count_by_state_[static_cast<std::size_t>(state)];
}

std::size_t ServerTable::CountOutdated() const {
  Refresh();
  return outdated_.size();
}

std::size_t ServerTable::CountOwn() const {
  Refresh();
  return count_own_;
}

std::size_t ServerTable::CountOwnStarting() const {
  Refresh();
  return count_own_starting_;
}

std::size_t ServerTable::CountLate() const {
  Refresh();
  return count_late_;
}

std::size_t ServerTable::CountToTry() const {
  Refresh();
  return to_try_.size();
}

std::size_t ServerTable::CountWithRoom() const {
  Refresh();
  return count_with_room_;
}

std::uint32_t ServerTable::LargestSlots() const {
  Refresh();
  return count_by_slots_.empty() ? 0 : count_by_slots_.rbegin()->first;
}

std::size_t ServerTable::TotalFree(std::size_t unknown_as) const {
  Refresh();
  return free_ + count_unknown_ * unknown_as;
}

void ServerTable::TakeSeat(ServerEntry& server, const std::string& player, const RequestKey& request) {
  Touch(server).seats.insert(player);
  LapseSeat(server, player);
  by_player_[player] = {server.running.id, request};
}

void ServerTable::KeepSeat(ServerEntry& server, const std::string& player) {
  if (!Touch(server).unreturned.insert(player).second) return;
  ++server.foreign;
  kept_[player] = server.running.id;
}

void ServerTable::LapseSeat(ServerEntry& server, const std::string& player) {
  if (Touch(server).unreturned.erase(player) == 0) return;
  if (server.foreign > 0) --server.foreign;
  const auto kept = kept_.find(player);
  if (kept != kept_.end() && kept->second == server.running.id) kept_.erase(kept);
}

bool ServerTable::FreeSeat(ServerEntry& server, const std::string& player) {
  if (Touch(server).seats.erase(player) == 0) return false;
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
