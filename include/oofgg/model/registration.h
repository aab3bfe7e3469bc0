#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace oofgg {

/// A game server that the maker did not start, and that wants players of it.
struct RegisterGameServerRequest {
  std::string id{};         ///< The server's name, chosen by whoever runs it: 1 to 64 of `[A-Za-z0-9_-]`.
  std::string instance{};   ///< Of this run of it: a fresh one whenever it starts, of the same letters.
  std::string fleet{};      ///< Empty: `default`.
  std::string address{};    ///< `HOST:PORT` for players; `:PORT`: at the address that the call comes from.
  std::string control{};    ///< `IP:PORT` of its Reservation API, as the maker reaches it; `:PORT` likewise.
  std::uint32_t slots = 0;  ///< 0: as its `GET /status` tells.
};

/// What a server gets for it.
struct GameServerLease {
  std::string server_id{};             ///< Whom join tickets name: `ID.INSTANCE`.
  std::chrono::milliseconds lease{0};  ///< So long without a report, and the server counts as ended.
  std::string maker_keys{};  ///< A JWK set to verify join tickets with. Empty: this maker signs none.
};

/// That a server is still there, and how it is.
struct ReportGameServerRequest {
  std::string server_id{};
  std::uint32_t slots = 0;  ///< 0: as it was registered. This and the next two count where `GET /status`
                            ///< does not tell them.
  std::uint32_t reserved = 0;
  std::uint32_t players = 0;
  bool draining = false;   ///< It takes no more players; those who are there stay.
  bool unhealthy = false;  ///< The same, for a fault that somebody should look at.
};

struct DeregisterGameServerRequest {
  std::string server_id{};
  std::string reason{};  ///< For people; 200 bytes at most.
};

struct DeregisterGameServerResponse {};

}  // namespace oofgg
