#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "oofgg/grpc_transport.h"
#include "oofgg/status.h"
#include "servers/cli/load/grpc_links.h"

namespace oofgg::load {

inline constexpr std::uint32_t kMostFriends = 5'000;  ///< On a list, as on the server.

inline constexpr std::uint32_t kMostInstances = 64;

enum class Protocol : std::uint8_t { kTcp, kTls, kUdp, kGrpc };
enum class GraphShape : std::uint8_t { kRegular, kPowerLaw };

/// Servers that the load starts itself, and what it does to them.
struct ClusterOptions {
  std::chrono::milliseconds chaos{0};  ///< After `drain`, for so long, one fault after the other; 0: none.
  std::uint32_t instances = 0;  ///< Servers to start, with a Redis, instead of aiming at `server`; 0: none.
  bool drain = false;           ///< After the changes ask one to end, whose users go to others.
  bool kill = false;            ///< In the end kill one, and see who hears of it.
  bool own_network = true;      ///< These, and the load, in a network namespace of their own.
};

struct PresenceLoadOptions {
  std::string server = "127.0.0.1:8080";  ///< The presence port; for gRPC, where that is served.
  Protocol protocol = Protocol::kTcp;
  std::vector<std::uint32_t> steps = {1'000};  ///< Connections in all after each; grow.
  std::uint32_t friends = 10;
  GraphShape shape = GraphShape::kRegular;
  std::uint32_t celebrity = 0;  ///< So many more watch the first user; 0: nobody.
  std::chrono::milliseconds celebrity_every{1'000};
  std::uint64_t seed = 1;
  std::uint64_t first_id = 0;        ///< 0: drawn, so that nobody of another run is met.
  std::uint32_t connects_per_s = 0;  ///< 0: as fast as it goes.
  std::chrono::milliseconds hold{0};
  std::vector<std::uint32_t> rates = {100};  ///< Changes a second, one phase each.
  std::chrono::milliseconds duration{10'000};
  double status_share = 0.2;
  /// Workers look for what has come without a pause during changes, instead of sleeping until it wakes them.
  bool spin = false;
  std::chrono::milliseconds settle{5'000};  ///< At most so long until all has been heard.
  std::string source = "127.0.0.0/8";
  std::uint32_t per_address = 0;  ///< 0: as the server's own limits let.
  std::string ca_file{};          ///< PEM authorities that TLS trusts; empty: the system's.
  TlsOptions grpc_tls{};          ///< How gRPC is spoken.
  SignToken sign{};               ///< For gRPC, which asks everybody for a token.
  std::vector<pid_t> server_pids{};
  ClusterOptions cluster{};
  std::chrono::milliseconds keep_alive{20'000};
};

/// As `--protocol` has it.
[[nodiscard]] std::string NameOf(Protocol protocol);
[[nodiscard]] std::string NameOf(GraphShape shape);

/// kInvalidArgument that names the option where they do not fit together.
[[nodiscard]] Status Check(const PresenceLoadOptions& options);

}  // namespace oofgg::load
