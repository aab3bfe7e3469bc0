#include "storage/redis/presence/instance_scripts.h"

#include <string>

namespace oofgg::storage::instance_scripts {
namespace {

constexpr const char* kTakeDead = R"lua(
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
for _, life in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', now)) do
  redis.call('ZREM', KEYS[1], life)
  redis.call('HDEL', KEYS[2], life)
  redis.call('SADD', KEYS[3], life)
end
)lua";

constexpr const char* kAnswerWithLiving = R"lua(
local living = {}
local ends = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for i = 1, #ends, 2 do
  local beat = redis.call('HGET', KEYS[2], ends[i])
  if beat then
    living[#living + 1] = math.floor(ends[i + 1] - now)
    living[#living + 1] = beat
  end
end
)lua";

constexpr const char* kEnter = R"lua(
redis.call('ZADD', KEYS[1], string.format('%.0f', now + ARGV[2]), ARGV[1])
redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
redis.call(ARGV[4], ARGV[5], ARGV[3])
)lua";

}  // namespace

const RedisScript& Acquire() {
  static const RedisScript script(std::string(kTakeDead) + kAnswerWithLiving + kEnter + "return living");
  return script;
}

const RedisScript& Renew() {
  static const RedisScript script(std::string(kTakeDead) +
                                  "if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end" + kEnter +
                                  "return 1");
  return script;
}

const RedisScript& Release() {
  static const RedisScript script(R"lua(
redis.call('ZREM', KEYS[1], ARGV[1])
redis.call('HDEL', KEYS[2], ARGV[1])
redis.call('SADD', KEYS[3], ARGV[1])
redis.call(ARGV[4], ARGV[5], ARGV[3])
return 1
)lua");
  return script;
}

const RedisScript& List() {
  static const RedisScript script(std::string(kTakeDead) + kAnswerWithLiving + "return living");
  return script;
}

const RedisScript& Register() {
  static const RedisScript script(R"lua(
local own = ARGV[3]
local struck = {[own] = true}
local first = 5 + ARGV[4]
for i = 5, first - 1 do struck[ARGV[i]] = true end
local told = {own}
for i = first, #ARGV, 2 do
  local user, entry = ARGV[i], ARGV[i + 1]
  local kept = ''
  local held = redis.call('HGET', KEYS[1], user)
  if held then
    local signed_off, at = math.floor(string.byte(entry) / 32) % 2 == 1, 1
    while at + 10 <= #held do
      local size = struct.unpack('>I2', held, at + 8)
      local lingering = math.floor(string.byte(held, at + 10) / 16) % 2 == 1
      if not struck[string.sub(held, at, at + 7)] and not (signed_off and lingering) then
        kept = kept .. string.sub(held, at, at + 9 + size)
      end
      at = at + 10 + size
    end
  end
  local sized = struct.pack('>I2', #entry) .. entry
  if string.byte(entry) % 2 == 1 then kept = kept .. own .. sized end
  if kept ~= '' then
    redis.call('HSET', KEYS[1], user, kept)
  elseif held then
    redis.call('HDEL', KEYS[1], user)
  end
  told[#told + 1] = struct.pack('>I2', #user) .. user .. sized
end
redis.call(ARGV[1], ARGV[2], table.concat(told))
return 1
)lua");
  return script;
}

const RedisScript& Sweep() {
  static const RedisScript script(R"lua(
local dead = {}
for i = 2, #ARGV do dead[ARGV[i]] = true end
local page = redis.call('HSCAN', KEYS[1], ARGV[1], 'COUNT', 200)
for i = 1, #page[2], 2 do
  local held, kept, at = page[2][i + 1], '', 1
  while at + 10 <= #held do
    local size = struct.unpack('>I2', held, at + 8)
    if not dead[string.sub(held, at, at + 7)] then kept = kept .. string.sub(held, at, at + 9 + size) end
    at = at + 10 + size
  end
  if kept == '' then
    redis.call('HDEL', KEYS[1], page[2][i])
  elseif #kept < #held then
    redis.call('HSET', KEYS[1], page[2][i], kept)
  end
end
return page[1]
)lua");
  return script;
}

}  // namespace oofgg::storage::instance_scripts
