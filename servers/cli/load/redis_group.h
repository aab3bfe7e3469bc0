#pragma once

#include <netinet/in.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "oofgg/status.h"
#include "servers/cli/load/cluster_member.h"
#include "servers/cli/load/scratch_folder.h"

namespace oofgg::load {

/// The Redis by which instances act as one: a server or, where it is to fail over, also a replica and three
/// Sentinels, which do so only while they are asked to. Nothing is written to disk. Threads: one.
class RedisGroup {
 public:
  /// How many ports of 127.0.0.1 it takes.
  [[nodiscard]] static std::size_t PortsFor(bool fails_over);

  /// Starts nothing. `program`: path of redis-server. `ports`: as many as it takes. Errors: of files.
  [[nodiscard]] static StatusOr<std::unique_ptr<RedisGroup>> Make(const std::string& program,
                                                                  const ScratchFolder& folder,
                                                                  std::span<const std::uint16_t> ports);

  /// Errors: as of ChildProgram.
  [[nodiscard]] Status Launch();
  [[nodiscard]] bool is_ready() const;
  /// Once all are ready. Errors: kUnavailable.
  [[nodiscard]] Status Connect();
  /// Errors: kUnavailable once one has ended that nobody asked to.
  [[nodiscard]] Status Look();
  /// It has nothing to keep.
  void Kill();

  /// For `--redis` of oofgg-game.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] ClusterMember& master() { return servers_[master_]->member; }
  [[nodiscard]] const sockaddr_in& master_address() const { return servers_[master_]->address; }

  /// From now on a master that is silent for a second is given up.
  [[nodiscard]] Status AllowFailover();
  /// Whether the Sentinels have made the other the master; then it is, here too.
  [[nodiscard]] bool HasFailedOver();
  /// From now on a master is waited for, whatever happens.
  [[nodiscard]] Status ForbidFailover();

 private:
  struct Server {
    ClusterMember member;
    sockaddr_in address;
  };

  RedisGroup() = default;
  [[nodiscard]] Status TellSentinels(const std::string& command);

  std::vector<std::unique_ptr<Server>> servers_;  ///< The master and its replica, in either order.
  std::vector<std::unique_ptr<Server>> sentinels_;
  std::size_t master_ = 0;
};

}  // namespace oofgg::load
