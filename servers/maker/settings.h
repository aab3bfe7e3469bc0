#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "servers/common/event_log.h"
#include "servers/common/peer_flags.h"
#include "servers/common/revocation_keeper.h"
#include "servers/common/server_flags.h"
#include "servers/maker/backend_settings.h"

namespace oofgg::servers {

inline constexpr const char* kProgram = "oofgg-maker";

/// What this process does of the maker's work; several of each kind may share a Redis.
enum class MakerRole {
  kApi,     ///< Answers clients: `/request` and matchmaking.
  kWorker,  ///< Works on fleets: game servers and seats.
  kAll,
};

/// What oofgg-maker is told; the names of INTERFACES, durations in ms where they are bare numbers.
struct MakerSettings {
  ServerSettings server{
      .listen = "127.0.0.1:50053", .ops_listen = "127.0.0.1:9103", .database = "sqlite:oofgg-data/maker.db"};
  MakerRole role = MakerRole::kAll;
  std::chrono::milliseconds fleet_lease{3'000};
  std::string http_listen = ":3000";
  bool http_tls = false;
  bool local_proxy = false;
  PeerSettings peers;
  RevocationSettings revocations{};
  EventLogSettings event_log{.folder = "oofgg-data/log/maker"};
  std::string keys = "oofgg-data/maker-keys";
  std::string issuer;
  std::string jwks;
  std::string rules;
  std::string authorizer;
  BackendSettings backend{};
  std::string public_host;
  std::chrono::milliseconds reservation_timeout{5'000};
  std::chrono::milliseconds reservation_cooldown{2'000};
  std::int64_t reservation_retry_times = 3;
  std::chrono::milliseconds lookup_cooldown{1'000};
  std::int64_t max_concurrent_jobs = 3;
  std::string fleets;  // A file; empty: one fleet, as the variables say.
  std::int64_t fleet_min_ready = 0;
  std::optional<std::int64_t> fleet_max;  ///< Nothing: no limit; by default 16 with processes.
  std::int64_t server_slots = 0;
  std::optional<std::chrono::milliseconds> fleet_idle_timeout;
  AddressList register_networks{};
  std::chrono::milliseconds register_lease{15'000};

  [[nodiscard]] bool ServesApi() const { return role != MakerRole::kWorker; }
  [[nodiscard]] bool WorksOnFleets() const { return role != MakerRole::kApi; }
};

/// Reads them; what `Flags::Parse` returns, or 2 where they contradict each other.
[[nodiscard]] std::optional<int> ReadMakerSettings(int argc, char** argv, MakerSettings& settings);

}  // namespace oofgg::servers
