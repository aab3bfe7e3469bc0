#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
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

/// One fleet: what it serves, what counts for it now, and what it has.
struct FleetInfo {
  std::string name{};
  std::vector<std::string> games{};  ///< Of these three, empty means any; all empty: asked for by name.
  std::vector<std::string> modes{};
  std::vector<std::string> regions{};
  std::uint32_t min_ready = 0;
  std::optional<std::uint32_t> max{};  ///< Nothing: no limit.
  std::string image{};                 ///< Empty: the maker's own.
  std::string command{};               ///< The same.
  bool is_scaled = false;              ///< Its sizes are ordered, not configured.
  bool is_updated = false;             ///< What it runs is ordered, not configured.
  bool has_worker = false;             ///< Somebody works on it; if not, its servers are not known.
  std::uint32_t starting = 0;          ///< Servers by state.
  std::uint32_t ready = 0;
  std::uint32_t draining = 0;
  std::uint32_t sick = 0;
  std::uint32_t outdated = 0;  ///< Of all of them, those that run something else than would be started now.
  std::uint64_t slots = 0;
  std::uint64_t reserved = 0;
  std::uint64_t waiting = 0;  ///< Requests in line.
  std::string trouble{};      ///< Why the last server did not start; empty once one did.
};

struct ListFleetsRequest {
  std::string fleet{};  ///< Empty: all.
};

struct Fleets {
  std::vector<FleetInfo> fleets{};
};

struct ScaleFleetRequest {
  std::string fleet{};
  std::optional<std::uint32_t> min_ready{};  ///< Nothing: as it is.
  std::optional<std::uint32_t> max{};        ///< The same; 0: no server at all.
  bool reset = false;                        ///< First, back to what is configured.
};

/// One of `server_id` and `fleet`.
struct DrainServersRequest {
  std::string server_id{};
  std::string fleet{};               ///< All servers that it has now.
  std::chrono::seconds deadline{0};  ///< From now; 0: none, players stay as long as they like.
};

struct DrainedServers {
  std::vector<std::string> server_ids{};
};

struct UpdateFleetRequest {
  std::string fleet{};
  std::optional<std::string> image{};    ///< Nothing: as it is.
  std::optional<std::string> command{};  ///< The same.
  bool reset = false;                    ///< First, back to what is configured.
};

struct ListGameServersRequest {
  std::string fleet;  ///< Empty: all.
};

struct GameServers {
  std::vector<GameServerInfo> servers;
};

}  // namespace oofgg
