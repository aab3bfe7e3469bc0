#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "arena_game.h"
#include "oofgg/game_server.h"
#include "oofgg/status.h"

namespace boost::asio {
class io_context;
}

namespace arena {

/// The players' door: TCP, one JSON object a line, both ways (README.md beside this file has the protocol).
/// Each match has a grid of its own.
/// Threads: everything runs on the one thread that runs `io`.
class ArenaServer {
 public:
  class Impl;  // Shared with the connections.

  /// `io` and `seats` must outlive the server. An empty `host` means all interfaces, of IPv4 and IPv6.
  /// kUnavailable if the port is taken.
  static oofgg::StatusOr<std::unique_ptr<ArenaServer>> Listen(boost::asio::io_context& io,
                                                              const std::string& host, std::uint16_t port,
                                                              oofgg::GameServer& seats, GameRules rules);
  ~ArenaServer();
  [[nodiscard]] std::uint16_t port() const;

  /// The seat of a player was given away: closes their link, unless they have been let in anew.
  void Revoke(const std::string& player);

 private:
  explicit ArenaServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace arena
