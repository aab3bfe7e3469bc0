#pragma once

#include <map>
#include <mutex>
#include <string>

#include "game/player_store.h"

namespace oofgg::storage {

/// Profiles that end with the process.
class MemoryPlayerStore final : public game::PlayerStore {
 public:
  Status InsertPlayer(const Player& player) override;
  StatusOr<Player> FindPlayer(std::string_view id) override;
  StatusOr<std::vector<Player>> FindPlayers(std::span<const std::string> ids) override;
  StatusOr<Player> UpdatePlayer(const Player& player) override;
  StatusOr<bool> ErasePlayer(std::string_view id) override;

 private:
  std::mutex mutex_;
  std::map<std::string, Player, std::less<>> players_;
};

}  // namespace oofgg::storage
