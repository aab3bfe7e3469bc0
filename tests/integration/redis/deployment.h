#pragma once

#include <cstdlib>
#include <memory>
#include <string>

#include "tests/integration/redis/redis_fixture.h"
#include "tests/support/redis_cluster.h"
#include "tests/support/redis_server.h"

namespace oofgg::storage::testing {

/// A way to run Redis, for tests of what holds in each.
class Deployment {
 public:
  virtual ~Deployment() = default;
  [[nodiscard]] virtual std::string url() const = 0;
  /// Who serves a key now.
  virtual oofgg::testing::RedisServer& MasterOf(const std::string& key) = 0;
  /// kill -9. What this deployment does about that begins: a replica takes over, or the server is started
  /// again with `Heal`.
  virtual void Kill(oofgg::testing::RedisServer& master) = 0;
  virtual void Heal() {}
  /// Whether there is a replica that must have what is not to be lost.
  [[nodiscard]] virtual bool has_replicas() const { return true; }
};

class OneServer final : public Deployment {
 public:
  std::string url() const override { return server_.url(); }
  oofgg::testing::RedisServer& MasterOf(const std::string& /*key*/) override { return server_; }
  void Kill(oofgg::testing::RedisServer& master) override { master.Kill(); }
  void Heal() override { server_.Start(); }
  bool has_replicas() const override { return false; }

 private:
  oofgg::testing::RedisServer server_;
};

class SentinelSet final : public Deployment {
 public:
  SentinelSet() {
    bool ready = master_.WaitForLog("Synchronization with replica") &&
                 replica_.WaitForLog("MASTER <-> REPLICA sync: Finished with success");
    for (const auto& sentinel : sentinels_) ready = ready && sentinel.WaitForPeers(1, 2);
    if (!ready) std::abort();
  }
  std::string url() const override {
    return "redis+sentinel://" + sentinels_[0].address() + "," + sentinels_[1].address() + "," +
           sentinels_[2].address() + "/main";
  }
  oofgg::testing::RedisServer& MasterOf(const std::string& /*key*/) override {
    return killed_ ? replica_ : master_;
  }
  void Kill(oofgg::testing::RedisServer& master) override {
    master.Kill();
    killed_ = true;
  }

 private:
  oofgg::testing::RedisServer master_;
  oofgg::testing::RedisServer replica_{{"--replicaof", "127.0.0.1", std::to_string(master_.port())}};
  oofgg::testing::RedisSentinel sentinels_[3] = {oofgg::testing::RedisSentinel(master_),
                                                 oofgg::testing::RedisSentinel(master_),
                                                 oofgg::testing::RedisSentinel(master_)};
  bool killed_ = false;
};

class Cluster final : public Deployment {
 public:
  std::string url() const override { return cluster_.url(); }
  oofgg::testing::RedisServer& MasterOf(const std::string& key) override { return cluster_.MasterOf(key); }
  void Kill(oofgg::testing::RedisServer& master) override { cluster_.Kill(master); }

 private:
  oofgg::testing::RedisCluster cluster_;
};

}  // namespace oofgg::storage::testing
