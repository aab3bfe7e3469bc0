#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/address_list.h"
#include "net/presence/presence_tcp_listener.h"
#include "servers/common/event_log.h"
#include "servers/common/peer_flags.h"
#include "servers/common/revocation_keeper.h"
#include "servers/common/server_flags.h"

namespace oofgg::servers {

inline constexpr const char* kProgram = "oofgg-game";

/// What oofgg-game is told.
struct GameSettings {
  ServerSettings server{
      .listen = "127.0.0.1:50052", .ops_listen = "127.0.0.1:9102", .database = "sqlite:oofgg-data/game.db"};
  std::string presence_listen = ":8080";
  std::string websocket_listen = "127.0.0.1:8081";
  std::vector<std::string> websocket_origins{};  ///< Of pages that may connect; empty: all.
  std::int64_t websocket_max_connections = 100'000;
  std::int64_t websocket_max_per_address = 1'000;
  EventLogSettings event_log{.folder = "oofgg-data/log"};
  std::string issuer;
  std::string jwks;
  std::string maker;
  std::vector<std::string> games;  ///< Each `ID=NAME`.
  std::chrono::milliseconds disconnect_grace{30'000};
  std::chrono::milliseconds session_idle{3'600'000};
  std::chrono::milliseconds match_history = std::chrono::hours(24) * 90;
  std::chrono::milliseconds presence_grace{5'000};
  std::chrono::milliseconds presence_lease{5'000};
  std::string presence_advertise;
  std::int64_t presence_max_connections = 100'000;
  std::int64_t presence_max_per_address = 1'000;
  std::int64_t presence_max_udp_players = 2'000'000;
  std::int64_t presence_shards = 0;
  bool maker_tls = false;
  bool presence_auth = false;
  /// Nothing: offered where there is a certificate.
  std::optional<net::PresenceTls> presence_tls = {};
  AddressList presence_udp_v1{};  ///< Who may speak v1 over UDP, besides this machine.
  PeerSettings peers;
  RevocationSettings revocations{};
};

[[nodiscard]] net::PresenceTls PresenceTlsOf(const GameSettings& settings);

/// Reads them; what `Flags::Parse` returns, or 2 where something needed is missing.
[[nodiscard]] std::optional<int> ReadGameSettings(int argc, char** argv, GameSettings& settings);

}  // namespace oofgg::servers
