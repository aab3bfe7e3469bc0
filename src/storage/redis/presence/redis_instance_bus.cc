#include "storage/redis/presence/redis_instance_bus.h"

#include <optional>
#include <string>
#include <utility>

#include "oofgg/log.h"
#include "storage/redis/presence/instance_codec.h"
#include "storage/redis/presence/instance_keys.h"
#include "storage/redis/presence/instance_scripts.h"
#include "storage/redis/publish.h"

namespace oofgg::storage {
namespace {

using instance_codec::Beat;
using presence::InstanceBusEvents;
using presence::Lease;
using presence::LifeId;
using presence::Registered;
using presence::UserShard;

/// For what concerns leases, which are over soon.
constexpr std::chrono::seconds kLeasePatience{3};
/// For what there is much of: a Redis that is slow is not helped by asking it again. One that is silent is
/// found out by its link.
constexpr std::chrono::seconds kPatience{30};

/// Each instance hears of every change that concerns a shard of its own: with fifty of them that is one each
/// millisecond, at a thousand changes a second.
constexpr std::chrono::milliseconds kReadPause{3};

TimePoint LeaseDeadline() { return DeadlineAfter(Clock::System().Now(), kLeasePatience); }
TimePoint Deadline() { return DeadlineAfter(Clock::System().Now(), kPatience); }

RedisOptions ForManyMessages(RedisOptions options) {
  options.read_pause = kReadPause;
  return options;
}

Status Malformed() { return MakeStatus(StatusCode::kInternal, "what Redis holds of instances is malformed"); }

/// Passed over, so that one of them does not keep all others from being read.
void TellMalformed(const char* what) { Log(LogLevel::kWarning, "redis", std::string("a malformed ") + what); }

StatusOr<std::vector<Lease>> ReadLeases(const RedisReply& reply) {
  std::vector<Lease> leases;
  for (std::size_t i = 0; i + 1 < reply.elements.size(); i += 2) {
    OOFGG_ASSIGN_OR_RETURN(const std::int64_t remaining, reply.elements[i].AsInteger());
    OOFGG_ASSIGN_OR_RETURN(const std::string_view bytes, reply.elements[i + 1].AsText());
    const auto beat = instance_codec::DecodeBeat(bytes);
    if (!beat.has_value()) {
      TellMalformed("lease");
      continue;
    }
    leases.push_back({beat->life, std::chrono::milliseconds(remaining), beat->record});
  }
  return leases;
}

StatusOr<std::vector<std::vector<Registered>>> ReadUsers(const std::vector<std::string>& users,
                                                         const RedisReply& reply) {
  if (reply.elements.size() != users.size()) return Malformed();
  std::vector<std::vector<Registered>> entries(users.size());
  for (std::size_t i = 0; i < users.size(); ++i) {
    if (reply.elements[i].is_nil()) continue;
    OOFGG_ASSIGN_OR_RETURN(const std::string_view value, reply.elements[i].AsText());
    auto read = instance_codec::DecodeUser(users[i], value);
    if (read.has_value()) {
      entries[i] = *std::move(read);
    } else {
      TellMalformed("entry of a user");
    }
  }
  return entries;
}

}  // namespace

RedisInstanceBus::RedisInstanceBus(const RedisOptions& options, Deliver deliver,
                                   presence::InstanceBurst burst)
    : deliver_(std::move(deliver)),
      burst_(std::move(burst)),
      publish_(PublishWord(options.url)),
      options_(options),
      leases_(options),
      client_(options),
      subscriber_(ForManyMessages(options), burst_.run),
      sweeper_(client_),
      beats_(subscriber_.Subscribe(
          std::string(instance_keys::kBeats), [this](std::string_view message) { OnBeatMessage(message); },
          [this](RedisChannelState state) { OnBeatsState(state); })) {}

RedisInstanceBus::~RedisInstanceBus() {
  // Ends the threads that call us before what they use is gone.
  leases_.Shutdown();
  client_.Shutdown();
  beats_.Cancel();
  inbox_.Cancel();
  shards_.clear();
}

/// Gives a reply, read, to whoever waits, where the protocol runs.
template <typename Result, typename Reader>
RedisClient::OnReply RedisInstanceBus::Answer(On<Result> on_result, Reader read) {
  return
      [this, on_result = std::move(on_result), read = std::move(read)](StatusOr<RedisReply> reply) mutable {
        Result result = reply.ok() ? Result(read(*reply)) : Result(reply.status());
        deliver_([on_result = std::move(on_result), result = std::move(result)](InstanceBusEvents&) mutable {
          on_result(std::move(result));
        });
      };
}

RedisScriptCall RedisInstanceBus::LeaseCall(const std::string& life, std::chrono::milliseconds ttl,
                                            const std::string& beat) const {
  return {
      .keys = instance_keys::Leases(),
      .arguments = {life, std::to_string(ttl.count()), beat, publish_, std::string(instance_keys::kBeats)}};
}

void RedisInstanceBus::Acquire(LifeId life, const presence::LeaseRecord& record,
                               std::chrono::milliseconds ttl, On<StatusOr<std::vector<Lease>>> on_leases) {
  leases_.SendScript(
      instance_scripts::Acquire(),
      LeaseCall(instance_codec::LifeName(life), ttl, instance_codec::EncodeBeat({life, ttl, record})),
      LeaseDeadline(), Answer<StatusOr<std::vector<Lease>>>(std::move(on_leases), ReadLeases));
}

void RedisInstanceBus::Renew(LifeId life, const presence::LeaseRecord& record, std::chrono::milliseconds ttl,
                             On<StatusOr<bool>> on_renewed) {
  leases_.SendScript(
      instance_scripts::Renew(),
      LeaseCall(instance_codec::LifeName(life), ttl, instance_codec::EncodeBeat({life, ttl, record})),
      LeaseDeadline(), Answer<StatusOr<bool>>(std::move(on_renewed), [](const RedisReply& reply) {
        return reply.integer == 1;
      }));
}

void RedisInstanceBus::Release(LifeId life) {
  leases_.SendScript(instance_scripts::Release(),
                     LeaseCall(instance_codec::LifeName(life), std::chrono::milliseconds(0),
                               instance_codec::EncodeBeat({life, std::chrono::milliseconds(0), {}})),
                     LeaseDeadline(), [](const StatusOr<RedisReply>&) {});
  Sweep();
}

void RedisInstanceBus::List(On<StatusOr<std::vector<Lease>>> on_leases) {
  leases_.SendScript(instance_scripts::List(), {.keys = instance_keys::Leases()}, LeaseDeadline(),
                     Answer<StatusOr<std::vector<Lease>>>(std::move(on_leases), ReadLeases));
}

void RedisInstanceBus::Register(UserShard shard, LifeId life, const std::vector<LifeId>& replaced,
                                std::vector<PresenceTable::Registration> registrations,
                                On<Status> on_registered) {
  RedisScriptCall call{.keys = {instance_keys::Users(shard)}};
  call.arguments = {publish_, instance_keys::ShardChannel(shard), instance_codec::LifeBytes(life),
                    std::to_string(replaced.size())};
  for (const LifeId former : replaced) call.arguments.push_back(instance_codec::LifeBytes(former));
  for (PresenceTable::Registration& each : registrations) {
    std::string entry = instance_codec::EncodeEntry(each);
    call.arguments.push_back(std::move(each.user_id));
    call.arguments.push_back(std::move(entry));
  }
  client_.SendScript(
      instance_scripts::Register(), std::move(call), Deadline(),
      Answer<Status>(std::move(on_registered), [](const RedisReply&) { return absl::OkStatus(); }));
}

void RedisInstanceBus::Read(UserShard shard, std::vector<std::string> users,
                            On<StatusOr<std::vector<std::vector<Registered>>>> on_read) {
  RedisCommand command({"HMGET", instance_keys::Users(shard)});
  for (const std::string& user : users) command.Add(user);
  client_.Send(command.Idempotent(), Deadline(),
               Answer<StatusOr<std::vector<std::vector<Registered>>>>(
                   std::move(on_read),
                   [users = std::move(users)](const RedisReply& reply) { return ReadUsers(users, reply); }));
}

void RedisInstanceBus::Follow(UserShard shard) {
  shards_[shard] = subscriber_.Subscribe(
      instance_keys::ShardChannel(shard),
      [this, shard](std::string_view message) { OnShardMessage(shard, message); },
      [this, shard](RedisChannelState state) { OnShardState(shard, state); });
}

void RedisInstanceBus::Unfollow(UserShard shard) { shards_.erase(shard); }

void RedisInstanceBus::TakeName(LifeId life) {
  inbox_ = subscriber_.Subscribe(
      instance_keys::Inbox(instance_codec::LifeName(life)), [this](std::string_view message) {
        auto farewell = instance_codec::DecodeFarewell(message);
        if (!farewell.has_value()) return;
        deliver_(
            [farewell = *std::move(farewell)](InstanceBusEvents& events) { events.OnFarewell(farewell); });
      });
}

void RedisInstanceBus::Send(LifeId to, const PresenceTable::Farewell& farewell) {
  client_.Send(PublishCommand(options_.url, instance_keys::Inbox(instance_codec::LifeName(to)),
                              instance_codec::EncodeFarewell(farewell)),
               Deadline(), [](const StatusOr<RedisReply>&) {});
}

void RedisInstanceBus::CallRoll() {
  leases_.Send(PublishCommand(options_.url, instance_keys::kBeats, ""), LeaseDeadline(),
               [](const StatusOr<RedisReply>&) {});
}

/// Both only grow.
std::uint64_t RedisInstanceBus::LinkNumber() const {
  const std::uint64_t leases = leases_.LinkNumber();
  const std::uint64_t users = client_.LinkNumber();
  return leases == 0 || users == 0 ? 0 : leases + users;
}

void RedisInstanceBus::Sweep() { sweeper_.Sweep(); }

void RedisInstanceBus::Hear(presence::InstanceWork work) {
  burst_.leave ? burst_.leave(std::move(work)) : deliver_(std::move(work));
}

/// An empty one calls the roll.
void RedisInstanceBus::OnBeatMessage(std::string_view message) {
  if (message.empty()) {
    Hear([](InstanceBusEvents& events) { events.OnRollCall(); });
  } else if (auto beat = instance_codec::DecodeBeat(message)) {
    Hear([beat = *std::move(beat)](InstanceBusEvents& events) {
      events.OnBeat(beat.life, beat.record, beat.ttl);
    });
  }
}

void RedisInstanceBus::OnBeatsState(RedisChannelState state) {
  const bool hears = state != RedisChannelState::kLost;
  Hear([hears](InstanceBusEvents& events) { hears ? events.OnHearing() : events.OnGap(std::nullopt); });
}

void RedisInstanceBus::OnShardMessage(UserShard shard, std::string_view message) {
  auto decoded = instance_codec::DecodeShardMessage(message);
  if (!decoded.has_value()) return TellMalformed("message about users online");
  Hear([shard, decoded = *std::move(decoded)](InstanceBusEvents& events) mutable {
    events.OnRegistered(shard, decoded.life, std::move(decoded.registrations));
  });
}

void RedisInstanceBus::OnShardState(UserShard shard, RedisChannelState state) {
  const bool follows = state != RedisChannelState::kLost;
  Hear([shard, follows](InstanceBusEvents& events) {
    follows ? events.OnFollowing(shard) : events.OnGap(shard);
  });
}

}  // namespace oofgg::storage
