#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "oofgg/status.h"
#include "servers/cli/load/grpc_links.h"
#include "servers/cli/load/load_report.h"

namespace oofgg::load {

enum class Protocol : std::uint8_t { kTcp, kTls, kUdp, kGrpc };
enum class GraphShape : std::uint8_t { kRegular, kPowerLaw };

struct PresenceLoadOptions {
  std::string server = "127.0.0.1:8080";  ///< The presence port; for gRPC, where that is served.
  Protocol protocol = Protocol::kTcp;
  std::vector<std::uint32_t> steps = {1'000};  ///< Connections in all after each; grow.
  std::uint32_t friends = 10;
  GraphShape shape = GraphShape::kRegular;
  std::uint32_t celebrity = 0;  ///< So many more watch the first user; 0: nobody.
  std::chrono::milliseconds celebrity_every{1'000};
  std::uint64_t seed = 1;
  std::uint64_t first_id = 0;        ///< 0: by the clock, so that nobody of an earlier run is met.
  std::uint32_t connects_per_s = 0;  ///< 0: as fast as it goes.
  std::chrono::milliseconds hold{0};
  std::vector<std::uint32_t> rates = {100};  ///< Changes a second, one phase each.
  std::chrono::milliseconds duration{10'000};
  double status_share = 0.2;
  std::chrono::milliseconds settle{5'000};  ///< At most so long until all has been heard.
  std::string source = "127.0.0.0/8";
  std::uint32_t per_address = 0;  ///< 0: as the server's own limits let.
  std::string ca_file{};          ///< PEM authorities that TLS trusts; empty: the system's.
  SignToken sign{};               ///< For gRPC, which asks everybody for a token.
  std::vector<pid_t> server_pids{};
  std::chrono::milliseconds keep_alive{20'000};
};

/// How far it is. `done`: the phase has ended; otherwise the line makes way for the next.
using LoadProgress = std::function<void(const std::string& line, bool done)>;

/// Drives users of the presence port, in processes of their own, and measures. Ctrl-C ends it in order, with
/// what was measured until then.
/// Errors: kInvalidArgument (options that do not fit), kUnavailable (no user could connect),
/// kResourceExhausted. Threads: forks, so it is for a process with one thread.
[[nodiscard]] StatusOr<LoadReport> RunPresenceLoad(const PresenceLoadOptions& options,
                                                   const LoadProgress& progress);

}  // namespace oofgg::load
