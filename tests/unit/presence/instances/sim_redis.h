#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "presence/instances/instance_bus.h"
#include "tests/unit/presence/instances/sim_scheduler.h"

namespace oofgg::presence::sim {

class SimBus;

/// A Redis Cluster of two masters with what it guarantees, and no more: a command is done at once and whole;
/// what comes over one link is done in order; a subscriber's link keeps order, and forgets all when it is
/// cut. A master that fails takes its last second with it, or all. What was sent over a link that was given
/// up may still be done, later.
class SimRedis {
 public:
  static constexpr unsigned kNodes = 2;

  struct Held {
    TimePoint until;  // By the node's clock.
    LeaseRecord record;
  };
  struct Data {
    std::map<LifeId, Held> leases;
    std::set<LifeId> dead;
    std::map<UserShard, std::map<std::string, std::map<LifeId, PresenceTable::Registration>>> users;
  };

  explicit SimRedis(Scheduler& scheduler) : scheduler_(scheduler) { KeepCopies(); }

  [[nodiscard]] static unsigned NodeOf(UserShard shard) { return shard % kNodes; }
  Data& data(unsigned node) { return nodes_[node].data; }
  [[nodiscard]] TimePoint NodeNow(unsigned node) const {
    return scheduler_.Now() + nodes_[node].clock_offset;
  }
  [[nodiscard]] bool IsUp(unsigned node) const { return nodes_[node].up; }

  void Attach(SimBus* bus) { buses_.push_back(bus); }
  void Detach(SimBus* bus) { std::erase(buses_, bus); }
  using Message = std::function<void(InstanceBusEvents&)>;
  void Publish(unsigned node, const std::string& channel, const Message& message);

  /// `kept`: how old the data are that it comes back with; none: nothing.
  void Fail(unsigned node, std::optional<Duration> kept, Duration down);

  // The scripts.
  std::vector<Lease> LiveLeases();
  void SayBeat(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl);

 private:
  struct Node {
    Data data;
    std::deque<std::pair<TimePoint, Data>> copies;
    Duration clock_offset{0};
    bool up = true;
  };
  void KeepCopies();

  Scheduler& scheduler_;
  std::array<Node, kNodes> nodes_;
  std::vector<SimBus*>
      buses_;  // In the order of their coming, as all has to be done in the same order again.
};

/// One instance's links to it: for each node one for commands and one for messages.
class SimBus final : public InstanceBus {
 public:
  /// What comes is handed to `deliver`, which does it when the instance can.
  using Deliver = std::function<void(std::function<void(InstanceBusEvents&)>)>;
  SimBus(Scheduler& scheduler, SimRedis& redis, Deliver deliver);
  ~SimBus() override;
  SimBus(const SimBus&) = delete;
  SimBus& operator=(const SimBus&) = delete;

  void Acquire(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl,
               On<StatusOr<std::vector<Lease>>> on_leases) override;
  void Renew(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl,
             On<StatusOr<bool>> on_renewed) override;
  void Release(LifeId life) override;
  void List(On<StatusOr<std::vector<Lease>>> on_leases) override;
  void Register(UserShard shard, LifeId life, const std::vector<LifeId>& replaced,
                std::vector<PresenceTable::Registration> registrations, On<Status> on_registered) override;
  void Read(UserShard shard, std::vector<std::string> users,
            On<StatusOr<std::vector<std::vector<Registered>>>> on_read) override;
  void Follow(UserShard shard) override;
  void Unfollow(UserShard shard) override;
  void TakeName(LifeId life) override;
  void Send(LifeId to, const PresenceTable::Farewell& farewell) override;
  void CallRoll() override;
  void Sweep() override;
  void ListenAnew() override;
  [[nodiscard]] std::uint64_t LinkNumber() const override;

  void Hear(unsigned node, const std::string& channel, const SimRedis::Message& message);

  // Faults.
  void CutCommands(unsigned node, Duration down);
  void CutMessages(unsigned node, Duration down);
  /// Nothing gets through for so long, and nobody is told; then all does.
  void Stall(Duration time);
  void CutAll(unsigned node, Duration down) {
    CutCommands(node, down);
    CutMessages(node, down);
  }

 private:
  struct Request {
    std::function<void()> execute;
    std::function<void(bool answered)> answer;  // Empty once it was.
    bool executed = false;
  };
  struct Commands {
    bool up = true;
    std::uint64_t number = 1;
    TimePoint next_arrival{};
    TimePoint next_reply{};
    std::deque<std::shared_ptr<Request>> under_way;
  };
  struct Messages {
    bool up = true;
    std::uint64_t cuts = 0;
    TimePoint next_arrival{};
    std::set<std::string> channels;  // Subscribed.
  };

  template <typename Result>
  void Ask(unsigned node, std::function<Result()> execute, On<StatusOr<Result>> on_result);
  void Go(unsigned node, std::shared_ptr<Request> request);
  void Subscribe(std::string channel);
  void SubscribeAt(unsigned node, const std::string& channel);
  void Unsubscribe(const std::string& channel);
  void TellSubscribed(const std::string& channel);
  void TellLost(const std::string& channel);
  void Reconnect(unsigned node);
  [[nodiscard]] TimePoint Later();

  Scheduler& scheduler_;
  SimRedis& redis_;
  const Deliver deliver_;
  std::array<Commands, SimRedis::kNodes> commands_;
  std::array<Messages, SimRedis::kNodes> messages_;
  std::set<std::string> wanted_;  // Channels.
  std::string inbox_;
  TimePoint stalled_until_ = TimePoint::min();
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace oofgg::presence::sim
