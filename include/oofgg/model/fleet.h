#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace oofgg {

enum class GameServerState : std::uint8_t { kStarting = 0, kReady = 1, kDraining = 2, kSick = 3 };

/// One running game server as the maker knows it.
struct GameServerInfo {
  std::string id;
  std::string fleet;
  GameServerState state = GameServerState::kStarting;
  std::string address;  ///< `host:port` for players.
  std::uint32_t slots = 0;
  std::uint32_t reserved = 0;
  bool outdated = false;  ///< Does not run what its fleet starts now.
};

struct ListGameServersRequest {
  std::string fleet;  ///< Empty: all.
};

struct GameServers {
  std::vector<GameServerInfo> servers;
};

}  // namespace oofgg
