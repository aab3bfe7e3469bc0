#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "oofgg/model/fleet.h"
#include "oofgg/status.h"

namespace oofgg::orchestration {

/// One run of a game server that makes itself known, as far as it was found to be in order.
struct ServerRegistration {
  std::string name{};      ///< Of the server; of at most one run at a time.
  std::string instance{};  ///< Of this run.
  std::string owner{};     ///< Whose credential registered it.
  std::string fleet{};
  std::string host{};  ///< For players.
  std::uint16_t port = 0;
  std::string control{};  ///< `IP:port`.
  std::uint32_t slots = 0;

  /// Whom the fleet and join tickets know it as: another run is another server, whose seats are its own.
  [[nodiscard]] std::string ServerId() const { return name + "." + instance; }

  friend bool operator==(const ServerRegistration&, const ServerRegistration&) = default;
};

/// How such a server says that it is.
struct ServerReport {
  GameServerState state = GameServerState::kReady;
  std::uint32_t slots = 0;  ///< 0: not said.
  std::uint32_t reserved = 0;
};

/// Game servers that register themselves, each under a lease.
/// Threads: safe; methods may wait for a disk.
class ServerRegistry {
 public:
  virtual ~ServerRegistry() = default;

  /// How long a registration lives without a report.
  [[nodiscard]] virtual std::chrono::milliseconds lease() const = 0;

  /// Again is as good as once. Another run of the same name takes its place: the former has ended.
  /// Errors: kAlreadyExists (the name is another owner's, or the run said something else of itself before),
  /// kResourceExhausted (too many), kUnavailable (it cannot be written down).
  [[nodiscard]] virtual Status Register(const ServerRegistration& registration) = 0;

  /// Renews the lease. Errors: kNotFound (not registered, or no longer), kPermissionDenied (another's). An
  /// empty `owner` may do it for all, here and below.
  [[nodiscard]] virtual Status Report(std::string_view server_id, std::string_view owner,
                                      const ServerReport& report) = 0;

  /// The server has ended. OK as well if it is not registered. Errors: kPermissionDenied.
  [[nodiscard]] virtual Status Deregister(std::string_view server_id, std::string_view owner,
                                          std::string_view reason) = 0;
};

}  // namespace oofgg::orchestration
