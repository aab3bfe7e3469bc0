#include "storage/redis/orchestration/seat_scripts.h"

#include "storage/redis/orchestration/request_scripts.h"

namespace oofgg::storage::seat_scripts {
namespace {

RedisScript WithPrelude(const char* text) { return RedisScript(request_scripts::Prelude() + text); }

}  // namespace

const RedisScript& Take() {
  static const RedisScript script = WithPrelude(R"lua(
local id, mark, fence, slots, server, host, port, control = unpack(ARGV)
local r = read(id)
if not r then return {'gone'} end
if r.mark == mark then return {'done'} end
if r.state ~= IN_PROGRESS or r.fence ~= fence then return {'lost'} end
local missing = {}
for _, player in ipairs(players_of(r)) do
  local holder = redis.call('HGET', seats, player)
  if not holder then
    missing[#missing + 1] = player
  elseif holder ~= id or r.server ~= server then
    return {'elsewhere'}
  end
end
if redis.call('HGET', servers, server) == 'closed' then return {'full'} end
if tonumber(slots) > 0 and count(held, server) + #missing > tonumber(slots) then return {'full'} end
r.server, r.host, r.port, r.control = server, host, port, control
for _, player in ipairs(missing) do
  redis.call('HSET', seats, player, id)
  redis.call('ZADD', held, 0, owned(server, player))
  redis.call('ZREM', released, owned(server, player))
end
save(r, mark)
return {'done'}
)lua");
  return script;
}

const RedisScript& List() {
  static const RedisScript script = WithPrelude(R"lua(
local list = {}
local all = redis.call('HGETALL', seats)
for i = 1, #all, 2 do
  local row = redis.call('HGET', rows, all[i + 1])
  if row then
    list[#list + 1] = all[i]
    list[#list + 1] = all[i + 1]
    list[#list + 1] = row
  end
end
return list
)lua");
  return script;
}

const RedisScript& Free() {
  static const RedisScript script = WithPrelude(R"lua(
local term, server, reason = unpack(ARGV)
if is_late(term) then return 'late' end
local failures = {}
for i = 4, #ARGV do
  local player = ARGV[i]
  local holder = redis.call('HGET', seats, player)
  local r = holder and read(holder)
  if r and r.state == DONE and r.server == server then
    release(r, player)
    if not is_seated(r) then
      fail(r, '', reason)
      failures[#failures + 1] = r
    end
  end
end
return listed(failures)
)lua");
  return script;
}

const RedisScript& Forget() {
  static const RedisScript script = WithPrelude(R"lua(
local term, server, player = unpack(ARGV)
if is_late(term) then return 'late' end
redis.call('ZREM', released, owned(server, player))
return 'done'
)lua");
  return script;
}

const RedisScript& Mark() {
  static const RedisScript script = WithPrelude(R"lua(
local term, server = unpack(ARGV)
if is_late(term) then return 'late' end
redis.call('HSETNX', servers, server, 'open')
return 'done'
)lua");
  return script;
}

const RedisScript& Close() {
  static const RedisScript script = WithPrelude(R"lua(
local term, server, if_empty = unpack(ARGV)
if is_late(term) then return 'late' end
local is_open = redis.call('HGET', servers, server) ~= 'closed'
if if_empty == '1' and is_open and count(held, server) > 0 then return 'seated' end
redis.call('HSET', servers, server, 'closed')
return 'done'
)lua");
  return script;
}

const RedisScript& DropServer() {
  static const RedisScript script = WithPrelude(R"lua(
local term, server, reason = unpack(ARGV)
if is_late(term) then return 'late' end
redis.call('HDEL', servers, server)
local prefix = #owned(server, '')
local failures, seen = {}, {}
for _, name in ipairs(range(held, server)) do
  local holder = redis.call('HGET', seats, string.sub(name, prefix + 1))
  local r = holder and not seen[holder] and read(holder)
  if r then
    seen[holder] = true
    if r.state == DONE or r.state == OCCUPIED then
      fail(r, '', reason)
      failures[#failures + 1] = r
    else
      release_all(r)
      save(r, '')
    end
  end
end
for _, name in ipairs(range(released, server)) do redis.call('ZREM', released, name) end
return listed(failures)
)lua");
  return script;
}

}  // namespace oofgg::storage::seat_scripts
