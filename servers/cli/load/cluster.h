#pragma once

#include <netinet/in.h>
#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "oofgg/status.h"
#include "servers/cli/load/cluster_member.h"
#include "servers/cli/load/load_progress.h"
#include "servers/cli/load/redis_group.h"
#include "servers/cli/load/scratch_folder.h"
#include "servers/cli/load/stop_signals.h"

namespace oofgg::load {

/// Which programs a cluster is made of.
struct ClusterPrograms {
  std::string game;   ///< Path of oofgg-game.
  std::string redis;  ///< Path of redis-server.
};

/// oofgg-game beside this program, and redis-server in PATH. Errors: kFailedPrecondition, with the cure.
[[nodiscard]] StatusOr<ClusterPrograms> FindClusterPrograms();

/// Instances of oofgg-game that act as one by a Redis of their own. All of them, and all they wrote,
/// end with it; should we be killed, they end too. Threads: one, the one that started it, of a process
/// without others.
class Cluster {
 public:
  /// Starts it all and waits until it is ready. Errors: kUnavailable that says which program ended, and how;
  /// kCancelled if interrupted. `fails_over`: its Redis can.
  [[nodiscard]] static StatusOr<std::unique_ptr<Cluster>> Start(const ClusterPrograms& programs,
                                                                std::uint32_t instances, bool fails_over,
                                                                const LoadProgress& progress);
  ~Cluster();
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  /// The presence ports.
  [[nodiscard]] std::span<const sockaddr_in> servers() const { return servers_; }
  /// Of the instances that run.
  [[nodiscard]] std::vector<pid_t> instance_pids() const;

  [[nodiscard]] ClusterMember& instance(std::uint32_t index) { return *instances_[index]; }
  [[nodiscard]] RedisGroup& redis() { return *redis_; }

  /// To be called now and then: takes what they say. Errors: kUnavailable once one has ended that nobody
  /// asked to.
  [[nodiscard]] Status Look();

 private:
  explicit Cluster(ScratchFolder folder) : folder_(std::move(folder)) {}

  [[nodiscard]] Status MakeMembers(const ClusterPrograms& programs, std::uint32_t instances, bool fails_over);
  [[nodiscard]] Status StartRedis(const LoadProgress& progress);
  [[nodiscard]] Status StartInstances(const LoadProgress& progress);
  void StopInstances();

  StopSignals signals_;
  const ScratchFolder folder_;
  std::vector<sockaddr_in> servers_;
  std::unique_ptr<RedisGroup> redis_;
  std::vector<std::unique_ptr<ClusterMember>> instances_;
};

}  // namespace oofgg::load
