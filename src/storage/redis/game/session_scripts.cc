#include "storage/redis/game/session_scripts.h"

#include <string>

#include "oofgg/model/game.h"
#include "storage/redis/game/row_lua.h"
#include "storage/redis/lua_parts.h"

namespace oofgg::storage::session_scripts {
namespace {

// States in the scripts: 0 and 1 are kCreated and kWaiting, 3, 4 and 6 kFinished, kDeleted and kQueued.
static_assert(static_cast<int>(SessionState::kCreated) == 0 && static_cast<int>(SessionState::kWaiting) == 1);
static_assert(static_cast<int>(SessionState::kFinished) == 3 &&
              static_cast<int>(SessionState::kDeleted) == 4 && static_cast<int>(SessionState::kQueued) == 6);

constexpr const char* kRead = R"lua(
local sessions, runs, of, within, open, live, running, queued, places, aliases, ended, made, seen, entities,
  entity_ids = unpack(KEYS)
local function read(row)
  local s, form = {}
  s.version, s.mark, form, s.game, s.owner, s.state, s.alias, s.members =
    struct.unpack('>I4c8BI4c0I4c0BI4c0I4c0', row)
  s.ended = s.state == 3 or s.state == 4
  s.live = s.alias == '' and not s.ended
  return s
end
local function rows(ids)
  local found = {}
  for _, id in ipairs(ids) do
    local row = redis.call('HGET', sessions, id)
    if row then
      found[#found + 1] = id
      found[#found + 1] = row
    end
  end
  return found
end
)lua";

// What stands in the sorted sets for a session, and how that and the rest change with its row.
constexpr const char* kWrite = R"lua(
local function entries(s, id)
  local e = {[of] = {}, [within] = {}, [open] = {}, [live] = {}, [running] = {}, [queued] = {}, [aliases] = {}}
  if not s then return e end
  local at = 1
  while at <= #s.members do
    local user, team, ticket
    user, team, ticket, at = struct.unpack('>I4c0I4c0I4c0', s.members, at)
    e[of][owned(user, id)] = true
    if s.live then e[within][owned(user, id)] = true end
  end
  if s.owner ~= '' then e[of][owned(s.owner, id)] = true end
  if s.alias ~= '' then e[aliases][owned(s.alias, id)] = true end
  if s.state == 6 then e[queued][id] = true end
  if s.live and s.state ~= 6 then
    e[live][owned(s.game, id)] = true
    e[running][id] = true
    if s.owner ~= '' and s.state < 2 then e[open][owned(s.game, id)] = true end
  end
  return e
end
local function enter(id, before, after)
  local old, new = entries(before, id), entries(after, id)
  for key, members in pairs(new) do
    for member in pairs(members) do
      if not old[key][member] then redis.call('ZADD', key, 0, member) end
    end
  end
  for key, members in pairs(old) do
    for member in pairs(members) do
      if not new[key][member] then redis.call('ZREM', key, member) end
    end
  end
end
local function place(id, before, after)
  if before and before.state == 6 then
    local name = owned(before.game, before.owner)
    if redis.call('HGET', places, name) == id then redis.call('HDEL', places, name) end
  end
  if after and after.state == 6 then redis.call('HSET', places, owned(after.game, after.owner), id) end
end
local function note_end(id, after)
  if after and after.ended then
    redis.call('ZADD', ended, 'NX', '-inf', id)
  else
    redis.call('ZREM', ended, id)
  end
end
local function is_found_alike(a, b)
  return a and b and a.game == b.game and a.owner == b.owner and a.state == b.state and a.alias == b.alias
    and a.members == b.members
end
local function write(id, before, row)
  redis.call('HSET', sessions, id, row)
  local after = read(row)
  if is_found_alike(before, after) then return end
  enter(id, before, after)
  place(id, before, after)
  note_end(id, after)
end
)lua";

constexpr const char* kErase = R"lua(
local function erase(id)
  local row = redis.call('HGET', sessions, id)
  if row then
    local before = read(row)
    enter(id, before, nil)
    place(id, before, nil)
    note_end(id, nil)
    redis.call('HDEL', sessions, id)
    redis.call('HDEL', runs, id)
    for _, name in ipairs(range(entity_ids, id)) do
      redis.call('HDEL', entities, name)
      redis.call('ZREM', entity_ids, name)
    end
  end
  for _, name in ipairs(range(aliases, id)) do erase(string.sub(name, #id + 3)) end
end
)lua";

RedisScript Script(std::initializer_list<const char*> parts) {
  std::string text = std::string(lua::kOwned) + kRead;
  for (const char* part : parts) text += part;
  return RedisScript(text);
}

}  // namespace

const RedisScript& Create() {
  static const RedisScript script = Script({row_lua::kCreationKeys, kWrite, lua::kHistory, R"lua(
local id, row, key, print, most, mark = unpack(ARGV)
local its_print, its_id = recall(made, key)
if its_print then
  if its_print ~= print then return {'other', its_print} end
  local its_row = redis.call('HGET', sessions, its_id)
  if its_row then return {'before', its_id, its_row} end
end
local there = redis.call('HGET', sessions, id)
if there then return {read(there).mark == mark and 'made' or 'taken'} end
local s = read(row)
if s.state == 6 and redis.call('HEXISTS', places, owned(s.game, s.owner)) == 1 then return {'placed'} end
if tonumber(most) > 0 and count(live, s.game) >= tonumber(most) then return {'full'} end
write(id, nil, row)
redis.call('HSET', runs, id, '0:' .. history())
remember(made, seen, key, print, id)
return {'made'}
)lua"});
  return script;
}

const RedisScript& Update() {
  static const RedisScript script = Script({kWrite, R"lua(
local id, version, mark, body = unpack(ARGV)
local there = redis.call('HGET', sessions, id)
if not there then return 'gone' end
local before = read(there)
if before.version ~= tonumber(version) then return before.mark == mark and 'written' or 'moved' end
write(id, before, struct.pack('>I4', before.version + 1) .. mark .. body)
return 'written'
)lua"});
  return script;
}

const RedisScript& FindActive() {
  static const RedisScript script = Script({R"lua(
local user, game = unpack(ARGV)
local names, newest = range(within, user), {}
for i = #names, 1, -1 do
  local id = string.sub(names[i], #user + 3)
  local row = redis.call('HGET', sessions, id)
  local s = row and read(row)
  if s and s.game == game then
    if s.state == 6 then return {id, row} end
    if #newest == 0 then newest = {id, row} end
  end
end
return newest
)lua"});
  return script;
}

// `is_newer` compares bytes, as Lua's own order is that of the server's locale.
const RedisScript& ListSessions() {
  static const RedisScript script = Script({R"lua(
local game, user, limit = ARGV[1], ARGV[2], tonumber(ARGV[3])
local function is_newer(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return x > y end
  end
  return #a > #b
end
local first, listed, ids = owned(game, ''), {}, {}
local function list(id)
  if not listed[id] then ids[#ids + 1] = id end
  listed[id] = true
end
for _, name in ipairs(redis.call('ZREVRANGEBYLEX', open, '(' .. first .. '\255', '[' .. first, 'LIMIT', 0, limit)) do
  list(string.sub(name, #game + 3))
end
for _, name in ipairs(range(within, user)) do
  local id = string.sub(name, #user + 3)
  local row = redis.call('HGET', sessions, id)
  if row and read(row).game == game then list(id) end
end
table.sort(ids, is_newer)
for i = #ids, limit + 1, -1 do ids[i] = nil end
return rows(ids)
)lua"});
  return script;
}

const RedisScript& ListById() {
  static const RedisScript script = Script({R"lua(
local key = ARGV[1] == 'queued' and queued or running
return rows(redis.call('ZRANGEBYLEX', key, '(' .. ARGV[2], '+', 'LIMIT', 0, ARGV[3]))
)lua"});
  return script;
}

const RedisScript& ListSessionsOf() {
  static const RedisScript script = Script({R"lua(
local user, first, ids = ARGV[1], owned(ARGV[1], ''), {}
for _, name in ipairs(redis.call('ZRANGEBYLEX', of, '[' .. first, '(' .. first .. '\255', 'LIMIT', 0, ARGV[2])) do
  ids[#ids + 1] = string.sub(name, #user + 3)
end
return rows(ids)
)lua"});
  return script;
}

const RedisScript& Erase() {
  static const RedisScript script = Script({kWrite, kErase, R"lua(
erase(ARGV[1])
return 1
)lua"});
  return script;
}

// The gap is wide enough for all runs that a session can have begun in the moments that may be lost.
const RedisScript& NextStreamRun() {
  static const RedisScript script = Script({lua::kHistory, R"lua(
local id, gap = ARGV[1], 64
local held = redis.call('HGET', runs, id)
if not held then return -1 end
local next, former = string.match(held, '^(%d+):(.*)$')
local now = history()
if former ~= now then next = next + gap end
redis.call('HSET', runs, id, string.format('%.0f:%s', next + 1, now))
return tonumber(next)
)lua"});
  return script;
}

const RedisScript& Purge() {
  static const RedisScript script = Script({row_lua::kCreationKeys, row_lua::kAging, kWrite, kErase, R"lua(
local now, before, most = ARGV[1], ARGV[2], tonumber(ARGV[3])
local more_keys = forget_keys(made, seen, now, before, most)
local old, more = aged(ended, now, before, most)
for _, id in ipairs(old) do erase(id) end
return (more or more_keys) and 1 or 0
)lua"});
  return script;
}

}  // namespace oofgg::storage::session_scripts
