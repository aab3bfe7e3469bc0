#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/support/redis_server.h"

namespace oofgg::testing {

/// A real Redis Cluster of three masters, each with a replica, which takes over 2 s after it has gone.
/// Threads: one owner.
class RedisCluster {
 public:
  /// It serves, and each replica has all of its master, when this returns.
  RedisCluster();

  /// With all three of the first masters.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] RedisServer& node(std::size_t index) { return *nodes_[index]; }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }

  [[nodiscard]] static std::string SlotOf(const RedisServer& node, const std::string& key);
  /// Which node serves a key now, as those that live see it.
  [[nodiscard]] RedisServer& MasterOf(const std::string& key);
  /// Some master of others.
  [[nodiscard]] RedisServer& OtherMaster(const RedisServer& than);
  /// kill -9. Its replica takes over by itself.
  void Kill(RedisServer& node);
  /// A replica takes over from its living master, with all that this has, and is known by both when it
  /// returns.
  void HandOver(RedisServer& replica);
  /// Whether all who live agree that all slots are served, by whoever.
  [[nodiscard]] bool WaitUntilWhole() const;

  /// Gives the slot of `key` to another master, in three steps: between the first and the last, keys that are
  /// still there are served by the old one, all others by the new one.
  void BeginToMove(const std::string& key, RedisServer& to);
  /// One that exists.
  void MoveKey(const std::string& key, RedisServer& to);
  void EndMove(const std::string& key, RedisServer& to);
  /// All of that, with all keys of the slot.
  void MoveSlot(const std::string& key, RedisServer& to);

 private:
  [[nodiscard]] RedisServer* FindMasterOf(const std::string& slot);
  [[nodiscard]] bool IsAlive(const RedisServer& node) const;
  [[nodiscard]] std::string IdOf(const RedisServer& node) const;
  void MeetAll();
  void GiveReplicas();

  std::vector<std::unique_ptr<RedisServer>> nodes_;
  std::vector<std::uint16_t> bus_ports_;
  std::vector<const RedisServer*> dead_;
};

}  // namespace oofgg::testing
