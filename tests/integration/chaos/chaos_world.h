#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/integration/servers/running_server.h"
#include "tests/support/postgres_server.h"
#include "tests/support/redis_server.h"
#include "tests/support/temporary_directory.h"

namespace oofgg::testing {

/// Where an instance is, for as long as it lives.
struct InstanceAddress {
  std::size_t number = 0;
  std::uint64_t life = 0;  ///< Another one after each restart.
  std::string grpc;
  std::string websocket;
};

/// Three oofgg-game on one PostgreSQL and one Redis, of which one, or Redis, is killed and started again.
/// Threads: `PickLive` and `IsLive` any, all else the one that made it.
class ChaosWorld {
 public:
  static constexpr std::size_t kInstances = 3;

  explicit ChaosWorld(unsigned seed);

  /// A player with an account, signed in nowhere yet.
  [[nodiscard]] SessionTokens NewPlayer(const std::string& name);

  /// `kill -9` of one of the instances; started again at another port.
  void KillOne();
  /// `kill -9` of Redis, which comes back with what it has written down.
  void KillRedis();

  [[nodiscard]] InstanceAddress PickLive();
  [[nodiscard]] bool IsLive(const InstanceAddress& address) const;
  [[nodiscard]] std::vector<InstanceAddress> All() const;

  /// A client of one instance, for who has these tokens. Callbacks come on a thread of its own.
  [[nodiscard]] std::unique_ptr<Client> ClientAt(const InstanceAddress& address, const SessionTokens& tokens);

 private:
  struct Instance {
    TemporaryDirectory folder;
    std::unique_ptr<RunningServer> server;
    InstanceAddress address;
    bool live = false;
  };

  void Start(Instance& instance);
  /// As who supervises programs does: until it comes up.
  void StartAgain(Instance& instance);

  PostgresServer database_;
  RedisServer redis_;  // What it has acknowledged is on the disk, as the servers want it.
  TemporaryDirectory folder_;
  std::unique_ptr<RunningServer> auth_;
  std::mt19937 random_;
  std::uint64_t lives_ = 0;
  mutable std::mutex mutex_;  // Of what is said of the instances.
  std::array<Instance, kInstances> instances_;
};

}  // namespace oofgg::testing
