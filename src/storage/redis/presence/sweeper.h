#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "storage/redis/redis_client.h"

namespace oofgg::storage {

/// Strikes out what dead lives have left behind: nobody counts it, but it takes memory. One instance at a
/// time does it, a few hundred users a step; what goes wrong is left for the next time. Threads: safe.
class Sweeper {
 public:
  /// `client` is shut down before the end.
  explicit Sweeper(RedisClient& client) : client_(client) {}

  void Sweep();

 private:
  void TakeTurn();
  void Begin(const RedisReply& dead);
  void Step(std::uint32_t shard, std::string cursor);
  void Finish();
  void End();

  RedisClient& client_;
  std::mutex mutex_;
  bool sweeping_ = false;           // Guarded by mutex_.
  std::vector<std::string> names_;  // Of the lives; of who sweeps.
  std::vector<std::string> lives_;  // Likewise, as bytes.
};

}  // namespace oofgg::storage
