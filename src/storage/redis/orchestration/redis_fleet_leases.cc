#include "storage/redis/orchestration/redis_fleet_leases.h"

#include <utility>

#include "storage/redis/orchestration/request_keys.h"
#include "storage/redis/publish.h"

namespace oofgg::storage {
namespace {

const RedisScript& HoldScript() {
  static const RedisScript script(R"lua(
local holder = redis.call('HGET', KEYS[1], 'holder')
if holder and holder ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'holder', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
)lua");
  return script;
}

const RedisScript& LetGoScript() {
  static const RedisScript script(R"lua(
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
redis.call(ARGV[2], KEYS[2], 'f')
return 1
)lua");
  return script;
}

const RedisScript& TellScript() {
  static const RedisScript script(R"lua(
if redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'word', ARGV[2])
return 1
)lua");
  return script;
}

}  // namespace

RedisFleetLeases::RedisFleetLeases(RedisClient& client, RowOptions options)
    : link_(client, options, "leases of fleets"), publish_(PublishWord(client.options().url)) {}

StatusOr<RedisReply> RedisFleetLeases::Run(const RedisScript& script, std::string_view fleet,
                                           std::vector<std::string> arguments) const {
  return link_.Run(script, {.keys = {request_keys::Owner(fleet), request_keys::News(fleet)},
                            .arguments = std::move(arguments),
                            .idempotent = true});
}

StatusOr<bool> RedisFleetLeases::Hold(std::string_view fleet, std::string_view holder,
                                      std::chrono::milliseconds lease) {
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                         Run(HoldScript(), fleet, {std::string(holder), std::to_string(lease.count())}));
  return reply.integer == 1;
}

Status RedisFleetLeases::LetGo(std::string_view fleet, std::string_view holder) {
  return Run(LetGoScript(), fleet, {std::string(holder), publish_}).status();
}

Status RedisFleetLeases::Tell(std::string_view fleet, std::string_view holder, std::string_view word) {
  return Run(TellScript(), fleet, {std::string(holder), std::string(word)}).status();
}

StatusOr<std::optional<std::string>> RedisFleetLeases::Word(std::string_view fleet) {
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      link_.Call(RedisCommand({"HMGET", request_keys::Owner(fleet), "holder", "word"}).Idempotent()));
  if (reply.elements.size() != 2 || reply.elements.front().is_nil()) return std::nullopt;
  return reply.elements.back().text;
}

}  // namespace oofgg::storage
