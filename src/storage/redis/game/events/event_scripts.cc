#include "storage/redis/game/events/event_scripts.h"

#include <string>

namespace oofgg::storage::event_scripts {
namespace {

constexpr const char* kCommon = R"lua(
local function server()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or ''
end
local function next_run(run, after)
  return math.max(1, math.max(tonumber(run), after and math.floor(after / 4294967296) + 1 or 0) * 4294967296)
end
local function number(value) return string.format('%.0f', value) end
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
-- Takes away what was appended longer than `age` ago. Field 'since' is no later than the oldest that is left.
local function forget(since, age, time)
  if not since or since >= time - age then return end
  local from, count = '-', 1
  while true do
    local page = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', count)
    for _, each in ipairs(page) do
      local when = tonumber(each[2][6])
      if when and when >= time - age then
        redis.call('XTRIM', KEYS[1], 'MINID', each[1])
        redis.call('HSET', KEYS[2], 'since', number(when))
        return
      end
      from = '(' .. each[1]
    end
    if #page == 0 then break end
    count = math.min(count * 2, 32)
  end
  redis.call('XTRIM', KEYS[1], 'MAXLEN', 0)
  redis.call('HSET', KEYS[2], 'since', number(time))
end
local function keep(ttl)
  if tonumber(ttl) == 0 then return end
  for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ttl) end
end
)lua";

constexpr const char* kAppend = R"lua(
local state = redis.call('HMGET', KEYS[2], 'last', 'total', 'floor', 'server', 'since')
local last, total, floor = tonumber(state[1]), tonumber(state[2]) or 0, tonumber(state[3]) or 0
local batch, known = tonumber(ARGV[4]), tonumber(ARGV[6])
local sent = redis.call('HGET', KEYS[3], ARGV[3])
if last and sent and tonumber(string.match(sent, '%d+')) >= batch then return {last, last} end

local here, previous = server(), last
if not last or state[4] ~= here or known > last then
  if ARGV[5] == '' then return false end
  if not last then redis.call('DEL', KEYS[1]) end
  if known > (last or 0) then last = next_run(ARGV[5], known) else last = next_run(ARGV[5], last) end
  previous = previous or last
end

local time = now()
local since = tonumber(state[5])
forget(since, tonumber(ARGV[9]), time)
if not since then redis.call('HSET', KEYS[2], 'since', number(time)) end
local told = {'\1', struct.pack('>I8I8', previous, last + 1)}
for i = 11, #ARGV, 2 do
  local entry = ARGV[i]
  if i == 11 and previous ~= last then
    redis.call('XADD', KEYS[1], number(last + 1) .. '-0', 'e', entry, 't', number(total), 'w', number(time),
      'p', number(previous))
  else
    redis.call('XADD', KEYS[1], number(last + 1) .. '-0', 'e', entry, 't', number(total), 'w', number(time))
  end
  last, total = last + 1, total + ARGV[i + 1]
  told[#told + 1] = struct.pack('>I4', #entry) .. entry
end

redis.call('XTRIM', KEYS[1], 'MAXLEN', ARGV[7])
local most = tonumber(ARGV[8])
local from = '-'
while total - floor > most do
  local page = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 8)
  if #page == 0 then break end
  for _, each in ipairs(page) do
    from, floor = each[1], tonumber(each[2][4])
    if total - floor <= most then break end
  end
  redis.call('XTRIM', KEYS[1], 'MINID', from)
  if from == number(last) .. '-0' then break end
end

redis.call('HSET', KEYS[2], 'last', number(last), 'total', number(total), 'floor', number(floor), 'server', here)
if redis.call('HLEN', KEYS[3]) >= 128 then
  local senders = redis.call('HGETALL', KEYS[3])
  for i = 1, #senders, 2 do
    if tonumber(string.match(senders[i + 1], '%d+$')) < time / 1000 - 600 then
      redis.call('HDEL', KEYS[3], senders[i])
    end
  end
end
redis.call('HSET', KEYS[3], ARGV[3], number(batch) .. ' ' .. number(math.floor(time / 1000)))
keep(ARGV[10])
redis.call(ARGV[1], ARGV[2], table.concat(told))
return {last, previous}
)lua";

constexpr const char* kRead = R"lua(
local state = redis.call('HMGET', KEYS[2], 'last', 'since')
local last, time = tonumber(state[1]), now()
if not last then
  if ARGV[2] == '' then return false end
  redis.call('DEL', KEYS[1])
  last = next_run(ARGV[2], tonumber(ARGV[1]))
  redis.call('HSET', KEYS[2], 'last', number(last), 'server', server())
  keep(ARGV[3])
end
local from = '-'
if ARGV[1] ~= '' then
  if tonumber(ARGV[1]) >= last then return {last, {}, time} end
  from = '(' .. ARGV[1] .. '-0'
end
forget(tonumber(state[2]), tonumber(ARGV[4]), time)
return {last, redis.call('XRANGE', KEYS[1], from, '+'), time}
)lua";

}  // namespace

const RedisScript& Append() {
  static const RedisScript script(std::string(kCommon) + kAppend);
  return script;
}

const RedisScript& Read() {
  static const RedisScript script(std::string(kCommon) + kRead);
  return script;
}

}  // namespace oofgg::storage::event_scripts
