#include "storage/redis/orchestration/redis_key_rings.h"

#include <utility>

namespace oofgg::storage {
namespace {

/// Hash: maker → when its lease ends, in milliseconds, and the ids of its keys, in one text.
constexpr std::string_view kRings = "oofgg:{makers}:ticket_keys";

/// Answers '', or the maker that has none of the keys.
const RedisScript& AnnounceScript() {
  static const RedisScript script(R"lua(
local maker, lease = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ours = {}
for i = 3, #ARGV do ours[ARGV[i]] = true end
local all = redis.call('HGETALL', KEYS[1])
local last = now + lease
for i = 1, #all, 2 do
  local ends, ring = string.match(all[i + 1], '^(%d+)(.*)$')
  ends = tonumber(ends)
  if ends <= now then
    redis.call('HDEL', KEYS[1], all[i])
  elseif all[i] ~= maker then
    local shared = false
    for id in string.gmatch(ring, '%S+') do shared = shared or ours[id] end
    if not shared then return all[i] end
    last = math.max(last, ends)
  end
end
redis.call('HSET', KEYS[1], maker, string.format('%.0f ', now + lease) .. table.concat(ARGV, ' ', 3))
redis.call('PEXPIREAT', KEYS[1], string.format('%.0f', last))
return ''
)lua");
  return script;
}

}  // namespace

Status RedisKeyRings::Announce(std::string_view maker, const std::vector<std::string>& key_ids,
                               std::chrono::milliseconds lease) const {
  std::vector<std::string> arguments = {std::string(maker), std::to_string(lease.count())};
  arguments.insert(arguments.end(), key_ids.begin(), key_ids.end());
  OOFGG_ASSIGN_OR_RETURN(
      const RedisReply reply,
      link_.Run(AnnounceScript(),
                {.keys = {std::string(kRings)}, .arguments = std::move(arguments), .idempotent = true}));
  if (reply.text.empty()) return absl::OkStatus();
  return MakeStatus(StatusCode::kFailedPrecondition,
                    "the maker " + reply.text + " on the same Redis has none of these keys");
}

Status RedisKeyRings::Withdraw(std::string_view maker) const {
  return link_.Call(RedisCommand({"HDEL", std::string(kRings), std::string(maker)}).Idempotent()).status();
}

}  // namespace oofgg::storage
