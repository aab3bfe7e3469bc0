#pragma once

#include <absl/functional/any_invocable.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "presence/instances/instance_bus.h"
#include "presence/instances/instance_link.h"
#include "storage/redis/presence/sweeper.h"
#include "storage/redis/redis_client.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage {

/// The instances' registry and channels in Redis, under `oofgg:presence:`; one server, Sentinel, or a
/// cluster, where a shard's users and channel, and all of the leases, each are of one slot. Threads: called
/// by one at a time; `deliver` is called from threads of its own, and not after its end.
class RedisInstanceBus final : public presence::InstanceBus {
 public:
  using Deliver = std::function<void(presence::InstanceWork)>;

  /// `burst` may be empty: then what is heard goes to `deliver` too.
  RedisInstanceBus(const RedisOptions& options, Deliver deliver, presence::InstanceBurst burst = {});
  ~RedisInstanceBus() override;
  RedisInstanceBus(const RedisInstanceBus&) = delete;
  RedisInstanceBus& operator=(const RedisInstanceBus&) = delete;

  void Acquire(presence::LifeId life, const presence::LeaseRecord& record, std::chrono::milliseconds ttl,
               On<StatusOr<std::vector<presence::Lease>>> on_leases) override;
  void Renew(presence::LifeId life, const presence::LeaseRecord& record, std::chrono::milliseconds ttl,
             On<StatusOr<bool>> on_renewed) override;
  void Release(presence::LifeId life) override;
  void List(On<StatusOr<std::vector<presence::Lease>>> on_leases) override;
  void Register(presence::UserShard shard, presence::LifeId life,
                const std::vector<presence::LifeId>& replaced,
                std::vector<PresenceTable::Registration> registrations, On<Status> on_registered) override;
  void Read(presence::UserShard shard, std::vector<std::string> users,
            On<StatusOr<std::vector<std::vector<presence::Registered>>>> on_read) override;
  void Follow(presence::UserShard shard) override;
  void Unfollow(presence::UserShard shard) override;
  void TakeName(presence::LifeId life) override;
  void Send(presence::LifeId to, const PresenceTable::Farewell& farewell) override;
  void CallRoll() override;
  void Sweep() override;
  void ListenAnew() override { subscriber_.ListenAnew(); }
  [[nodiscard]] std::uint64_t LinkNumber() const override;

 private:
  [[nodiscard]] RedisScriptCall LeaseCall(const std::string& life, std::chrono::milliseconds ttl,
                                          const std::string& beat) const;
  void OnBeatMessage(std::string_view message);
  void OnBeatsState(RedisChannelState state);
  void OnShardMessage(presence::UserShard shard, std::string_view message);
  void OnShardState(presence::UserShard shard, RedisChannelState state);
  template <typename Result, typename Reader>
  RedisClient::OnReply Answer(On<Result> on_result, Reader read);

  void Hear(presence::InstanceWork work);

  const Deliver deliver_;
  const presence::InstanceBurst burst_;
  const std::string publish_;  ///< The command that reaches channels.
  const RedisOptions options_;
  RedisClient leases_;  ///< A link of their own, so that they do not wait behind users.
  RedisClient client_;
  RedisSubscriber subscriber_;
  Sweeper sweeper_;
  std::map<presence::UserShard, RedisSubscription> shards_;
  RedisSubscription beats_;
  RedisSubscription inbox_;
};

}  // namespace oofgg::storage
