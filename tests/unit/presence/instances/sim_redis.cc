#include "tests/unit/presence/instances/sim_redis.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace oofgg::presence::sim {
namespace {

using namespace std::chrono_literals;

constexpr unsigned kLeases = 0;  // The node of the leases and of what is not of a shard.
constexpr const char* kBeats = "beats";
constexpr auto kPatience = 5s;  // Of a command.
constexpr auto kCopyEvery = 400ms;
constexpr std::size_t kCopies = 3;

std::string ChannelOf(UserShard shard) { return "shard " + std::to_string(shard); }
std::string InboxOf(LifeId life) { return "inbox " + std::to_string(life); }
unsigned NodeOfChannel(const std::string& channel) {
  return channel.starts_with("shard ")
             ? SimRedis::NodeOf(static_cast<UserShard>(std::stoul(channel.substr(6))))
             : kLeases;
}

}  // namespace

void SimRedis::KeepCopies() {
  for (Node& node : nodes_) {
    node.copies.emplace_back(scheduler_.Now(), node.data);
    if (node.copies.size() > kCopies) node.copies.pop_front();
  }
  scheduler_.After(kCopyEvery, [this] { KeepCopies(); });
}

void SimRedis::Publish(unsigned node, const std::string& channel, const Message& message) {
  for (SimBus* const bus : buses_) bus->Hear(node, channel, message);
}

void SimRedis::Fail(unsigned number, std::optional<Duration> kept, Duration down) {
  Node& node = nodes_[number];
  node.up = false;
  Data data;
  if (kept.has_value()) {
    data = node.copies.front().second;
    for (const auto& [when, copy] : node.copies) {
      if (scheduler_.Now() - when >= *kept) data = copy;
    }
  }
  node.data = std::move(data);
  node.clock_offset = scheduler_.Between(0us, 100ms) - 50ms;
  for (SimBus* const bus : buses_) {
    // Each link is made again by itself.
    bus->CutCommands(number, down + scheduler_.Between(0us, 200ms));
    bus->CutMessages(number, down + scheduler_.Between(0us, 200ms));
  }
  scheduler_.After(down, [&node] { node.up = true; });
}

std::vector<Lease> SimRedis::LiveLeases() {
  Data& held = data(kLeases);
  const TimePoint now = NodeNow(kLeases);
  std::vector<Lease> leases;
  for (auto lease = held.leases.begin(); lease != held.leases.end();) {
    if (lease->second.until <= now) {
      held.dead.insert(lease->first);
      lease = held.leases.erase(lease);
      continue;
    }
    const auto remaining = std::chrono::floor<std::chrono::milliseconds>(lease->second.until - now);
    leases.push_back({lease->first, remaining, lease->second.record});
    ++lease;
  }
  return leases;
}

void SimRedis::SayBeat(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl) {
  Publish(kLeases, kBeats, [=](InstanceBusEvents& events) { events.OnBeat(life, record, ttl); });
}

SimBus::SimBus(Scheduler& scheduler, SimRedis& redis, Deliver deliver)
    : scheduler_(scheduler), redis_(redis), deliver_(std::move(deliver)) {
  redis_.Attach(this);
  Subscribe(kBeats);
}

SimBus::~SimBus() {
  redis_.Detach(this);
  // What is under way when a process dies may have been sent.
  for (Commands& link : commands_) {
    for (const auto& request : link.under_way) {
      if (request->executed || !scheduler_.Chance(50)) break;
      scheduler_.After(scheduler_.Between(0us, 2s), request->execute);
    }
  }
}

TimePoint SimBus::Later() {
  const auto usual = scheduler_.Chance(95) ? scheduler_.Between(50us, 2ms) : scheduler_.Between(50us, 300ms);
  return std::max(scheduler_.Now() + usual, stalled_until_);
}

std::uint64_t SimBus::LinkNumber() const {
  std::uint64_t sum = 0;
  for (const Commands& link : commands_) {
    if (!link.up) return 0;
    sum += link.number;
  }
  return sum;
}

template <typename Result>
void SimBus::Ask(unsigned node, std::function<Result()> execute, On<StatusOr<Result>> on_result) {
  auto request = std::make_shared<Request>();
  auto result = std::make_shared<std::optional<Result>>();
  request->execute = [result, execute = std::move(execute)] { *result = execute(); };
  auto shared = std::make_shared<On<StatusOr<Result>>>(std::move(on_result));
  request->answer = [this, result, shared](bool answered) {
    deliver_([result, shared, answered](InstanceBusEvents&) {
      if (answered) {
        (*shared)(**result);
      } else {
        (*shared)(MakeStatus(StatusCode::kUnavailable, "the link was lost"));
      }
    });
  };
  Go(node, std::move(request));
}

void SimBus::Go(unsigned node, std::shared_ptr<Request> request) {
  Commands& link = commands_[node];
  const auto answer = [request](bool answered) {
    if (request->answer) std::exchange(request->answer, nullptr)(answered);
  };
  const std::weak_ptr<char> alive = alive_;
  scheduler_.After(link.up ? Duration(kPatience) : Duration(1ms), [alive, answer] {
    if (!alive.expired()) answer(false);
  });
  if (!link.up) return;
  link.under_way.push_back(request);
  link.next_arrival = std::max(link.next_arrival, Later());
  const std::uint64_t number = link.number;
  scheduler_.At(link.next_arrival, [this, alive, node, number, request, answer] {
    if (alive.expired() || !commands_[node].up || commands_[node].number != number) return;
    request->execute();
    request->executed = true;
    Commands& same = commands_[node];
    same.next_reply = std::max(same.next_reply, Later());
    scheduler_.At(same.next_reply, [this, alive, node, number, answer] {
      if (alive.expired() || !commands_[node].up || commands_[node].number != number) return;
      commands_[node].under_way.pop_front();
      answer(true);
    });
  });
}

void SimBus::CutCommands(unsigned node, Duration down) {
  Commands& link = commands_[node];
  if (!link.up) return;
  link.up = false;
  bool still_done = redis_.IsUp(node);
  for (const auto& request : std::exchange(link.under_way, {})) {
    still_done = still_done && scheduler_.Chance(70);
    if (!request->executed && still_done) {
      scheduler_.After(scheduler_.Between(0us, 3s), request->execute);
    }
    if (request->answer) std::exchange(request->answer, nullptr)(false);
  }
  const std::weak_ptr<char> alive = alive_;
  scheduler_.After(down, [this, alive, node] {
    if (alive.expired()) return;
    if (!redis_.IsUp(node)) {
      commands_[node].up = true;  // To be cut again at once.
      return CutCommands(node, 100ms);
    }
    commands_[node].up = true;
    ++commands_[node].number;
    commands_[node].next_arrival = commands_[node].next_reply = TimePoint::min();
  });
}

void SimBus::CutMessages(unsigned node, Duration down) {
  Messages& link = messages_[node];
  if (!link.up) return;
  link.up = false;
  ++link.cuts;
  for (const std::string& channel : std::exchange(link.channels, {})) TellLost(channel);
  const std::weak_ptr<char> alive = alive_;
  scheduler_.After(down, [this, alive, node] {
    if (!alive.expired()) Reconnect(node);
  });
}

void SimBus::Reconnect(unsigned node) {
  messages_[node].up = true;
  if (!redis_.IsUp(node)) return CutMessages(node, 100ms);
  messages_[node].next_arrival = TimePoint::min();
  for (const std::string& channel : wanted_) {
    if (NodeOfChannel(channel) == node) SubscribeAt(node, channel);
  }
}

void SimBus::Subscribe(std::string channel) {
  const unsigned node = NodeOfChannel(channel);
  if (messages_[node].up) SubscribeAt(node, channel);
  wanted_.insert(std::move(channel));
}

/// Takes effect at the server first, and is told after all that came before.
void SimBus::SubscribeAt(unsigned node, const std::string& channel) {
  Messages& link = messages_[node];
  const std::weak_ptr<char> alive = alive_;
  const std::uint64_t cuts = link.cuts;
  scheduler_.At(Later(), [this, alive, node, cuts, channel] {
    if (alive.expired() || messages_[node].cuts != cuts || !wanted_.contains(channel)) return;
    Messages& same = messages_[node];
    same.channels.insert(channel);
    same.next_arrival = std::max(same.next_arrival, Later());
    scheduler_.At(same.next_arrival, [this, alive, node, cuts, channel] {
      if (!alive.expired() && messages_[node].cuts == cuts) TellSubscribed(channel);
    });
  });
}

void SimBus::TellSubscribed(const std::string& channel) {
  if (channel == kBeats) {
    deliver_([](InstanceBusEvents& events) { events.OnHearing(); });
  } else if (channel.starts_with("shard ") && wanted_.contains(channel)) {
    const auto shard = static_cast<UserShard>(std::stoul(channel.substr(6)));
    deliver_([shard](InstanceBusEvents& events) { events.OnFollowing(shard); });
  }
}

void SimBus::TellLost(const std::string& channel) {
  std::optional<UserShard> shard;
  if (channel.starts_with("shard ")) shard = static_cast<UserShard>(std::stoul(channel.substr(6)));
  if (shard.has_value() || channel == kBeats) {
    deliver_([shard](InstanceBusEvents& events) { events.OnGap(shard); });
  }
}

void SimBus::Unsubscribe(const std::string& channel) {
  wanted_.erase(channel);
  messages_[NodeOfChannel(channel)].channels.erase(channel);
}

void SimBus::Hear(unsigned node, const std::string& channel, const SimRedis::Message& message) {
  Messages& link = messages_[node];
  if (!link.up || !link.channels.contains(channel)) return;
  link.next_arrival = std::max(link.next_arrival, Later());
  const std::weak_ptr<char> alive = alive_;
  scheduler_.At(link.next_arrival, [this, alive, node, cuts = link.cuts, channel, message] {
    if (alive.expired() || messages_[node].cuts != cuts || !wanted_.contains(channel)) return;
    deliver_(message);
  });
}

void SimBus::Stall(Duration time) { stalled_until_ = scheduler_.Now() + time; }

void SimBus::ListenAnew() {
  for (unsigned node = 0; node < SimRedis::kNodes; ++node) CutMessages(node, 1ms);
}

void SimBus::Acquire(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl,
                     On<StatusOr<std::vector<Lease>>> on_leases) {
  Ask<std::vector<Lease>>(
      kLeases,
      [&redis = redis_, life, record, ttl] {
        std::vector<Lease> others = redis.LiveLeases();
        redis.data(kLeases).leases[life] = {redis.NodeNow(kLeases) + ttl, record};
        redis.SayBeat(life, record, ttl);
        return others;
      },
      std::move(on_leases));
}

void SimBus::Renew(LifeId life, const LeaseRecord& record, std::chrono::milliseconds ttl,
                   On<StatusOr<bool>> on_renewed) {
  Ask<bool>(
      kLeases,
      [&redis = redis_, life, record, ttl] {
        redis.LiveLeases();
        const auto held = redis.data(kLeases).leases.find(life);
        if (held == redis.data(kLeases).leases.end()) return false;
        held->second = {redis.NodeNow(kLeases) + ttl, record};
        redis.SayBeat(life, record, ttl);
        return true;
      },
      std::move(on_renewed));
}

void SimBus::Release(LifeId life) {
  Ask<bool>(
      kLeases,
      [&redis = redis_, life] {
        redis.data(kLeases).leases.erase(life);
        redis.data(kLeases).dead.insert(life);
        redis.SayBeat(life, {}, 0ms);
        return true;
      },
      [](const StatusOr<bool>&) {});
}

void SimBus::List(On<StatusOr<std::vector<Lease>>> on_leases) {
  Ask<std::vector<Lease>>(
      kLeases, [&redis = redis_] { return redis.LiveLeases(); }, std::move(on_leases));
}

void SimBus::Register(UserShard shard, LifeId life, const std::vector<LifeId>& replaced,
                      std::vector<PresenceTable::Registration> registrations, On<Status> on_registered) {
  Ask<bool>(
      SimRedis::NodeOf(shard),
      [&redis = redis_, shard, life, replaced, registrations = std::move(registrations)] {
        auto& users = redis.data(SimRedis::NodeOf(shard)).users[shard];
        for (const PresenceTable::Registration& each : registrations) {
          auto& entries = users[each.user_id];
          for (const LifeId former : replaced) entries.erase(former);
          if (each.signed_off) {
            std::erase_if(entries, [](const auto& entry) { return entry.second.lingering; });
          }
          if (each.online) {
            entries[life] = each;
          } else {
            entries.erase(life);
          }
          if (entries.empty()) users.erase(each.user_id);
        }
        redis.Publish(SimRedis::NodeOf(shard), ChannelOf(shard),
                      [=](InstanceBusEvents& events) { events.OnRegistered(shard, life, registrations); });
        return true;
      },
      [on_registered = std::move(on_registered)](StatusOr<bool> done) mutable {
        on_registered(done.status());
      });
}

void SimBus::Read(UserShard shard, std::vector<std::string> users,
                  On<StatusOr<std::vector<std::vector<Registered>>>> on_read) {
  using Answer = std::vector<std::vector<Registered>>;
  Ask<Answer>(
      SimRedis::NodeOf(shard),
      [&redis = redis_, shard, users = std::move(users)] {
        const auto& held = redis.data(SimRedis::NodeOf(shard)).users[shard];
        Answer answer;
        for (const std::string& user : users) {
          answer.emplace_back();
          const auto entries = held.find(user);
          if (entries == held.end()) continue;
          for (const auto& [life, registration] : entries->second) {
            answer.back().push_back({life, registration});
          }
        }
        return answer;
      },
      std::move(on_read));
}

void SimBus::Follow(UserShard shard) { Subscribe(ChannelOf(shard)); }
void SimBus::Unfollow(UserShard shard) { Unsubscribe(ChannelOf(shard)); }

void SimBus::TakeName(LifeId life) {
  if (!inbox_.empty()) Unsubscribe(inbox_);
  inbox_ = InboxOf(life);
  Subscribe(inbox_);
}

void SimBus::Send(LifeId to, const PresenceTable::Farewell& farewell) {
  Ask<bool>(
      kLeases,
      [&redis = redis_, to, farewell] {
        redis.Publish(kLeases, InboxOf(to),
                      [farewell](InstanceBusEvents& events) { events.OnFarewell(farewell); });
        return true;
      },
      [](const StatusOr<bool>&) {});
}

void SimBus::CallRoll() {
  Ask<bool>(
      kLeases,
      [&redis = redis_] {
        redis.Publish(kLeases, kBeats, [](InstanceBusEvents& events) { events.OnRollCall(); });
        return true;
      },
      [](const StatusOr<bool>&) {});
}

void SimBus::Sweep() {
  for (unsigned node = 0; node < SimRedis::kNodes; ++node) {
    for (auto& [shard, users] : redis_.data(node).users) {
      for (auto user = users.begin(); user != users.end();) {
        std::erase_if(user->second,
                      [this](const auto& entry) { return redis_.data(kLeases).dead.contains(entry.first); });
        user = user->second.empty() ? users.erase(user) : std::next(user);
      }
    }
  }
}

}  // namespace oofgg::presence::sim
