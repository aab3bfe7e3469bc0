#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/model/presence.h"
#include "oofgg/status.h"

namespace oofgg::cli {

[[nodiscard]] inline std::string TextOf(const Status& status) { return std::string(status.message()); }

/// kInvalidArgument that shows how a command is called.
[[nodiscard]] Status Usage(std::string_view usage);

/// What stands behind `connect`.
struct ConnectArguments {
  std::string user;
  std::string door = "tcp";
  std::vector<std::string> friends;
  std::string server;      ///< Empty: the usual one of that door.
  std::string token_file;  ///< Empty: no token, or over gRPC that of who is signed in.
  bool tls = false;
  std::string ca_file;
};

inline constexpr std::string_view kConnectUsage =
    "connect USER [tcp|udp|grpc] [FRIEND...] [--server HOST:PORT] [--token-file FILE] [--tls] [--ca FILE]";

[[nodiscard]] StatusOr<ConnectArguments> ParseConnect(const std::vector<std::string>& words);

/// What `wait` waits for.
struct WaitArguments {
  enum class For { kTime, kUpToDate, kState };
  For what = For::kTime;
  std::string user;                              ///< With kState: who
  PresenceState state = PresenceState::kOnline;  ///< is what.
  std::chrono::milliseconds time{20'000};        ///< With kTime how long, else how long at most.
};

[[nodiscard]] std::string WaitUsage();
[[nodiscard]] StatusOr<WaitArguments> ParseWait(const std::vector<std::string>& words);

}  // namespace oofgg::cli
