#include "storage/cached/game/cached_player_store.h"

#include <utility>

#include "game/string_map.h"

namespace oofgg::storage {

Status CachedPlayerStore::InsertPlayer(const Player& player) {
  RowCache<Player>::Writing writing(players_, player.id);
  Status inserted = inner_->InsertPlayer(player);
  if (!inserted.ok()) return inserted;
  Player row = player;
  row.version = 1;
  writing.Keep(row);
  return inserted;
}

StatusOr<Player> CachedPlayerStore::FindPlayer(std::string_view id) {
  return players_.FindOrRead(id, [&] { return inner_->FindPlayer(id); });
}

std::shared_ptr<const Player> CachedPlayerStore::PlayerAtHand(std::string_view id) {
  return players_.Find(id);
}

StatusOr<Player> CachedPlayerStore::FindPlayerToChange(std::string_view id) {
  return players_.is_exact() ? FindPlayer(id) : inner_->FindPlayerToChange(id);
}

StatusOr<std::vector<Player>> CachedPlayerStore::FindPlayers(std::span<const std::string> ids) {
  std::vector<Player> found;
  std::vector<std::string> missing;
  game::StringMap<RowCache<Player>::Reading> readings;
  for (const std::string& id : ids) {
    if (const auto player = players_.Find(id)) {
      found.push_back(*player);
    } else {
      missing.push_back(id);
      readings.emplace(id, players_.BeginReading(id));
    }
  }
  if (missing.empty()) return found;
  OOFGG_ASSIGN_OR_RETURN(std::vector<Player> read, inner_->FindPlayers(missing));
  for (Player& player : read) {
    players_.Keep(readings[player.id], player.id, player);
    found.push_back(std::move(player));
  }
  return found;
}

StatusOr<Player> CachedPlayerStore::UpdatePlayer(const Player& player) {
  RowCache<Player>::Writing writing(players_, player.id);
  auto updated = inner_->UpdatePlayer(player);
  if (updated.ok()) writing.Keep(*updated);
  return updated;
}

StatusOr<bool> CachedPlayerStore::ErasePlayer(std::string_view id) {
  const RowCache<Player>::Writing writing(players_, id);
  return inner_->ErasePlayer(id);
}

}  // namespace oofgg::storage
