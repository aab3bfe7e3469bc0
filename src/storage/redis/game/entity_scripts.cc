#include "storage/redis/game/entity_scripts.h"

#include <string>

#include "storage/redis/game/row_lua.h"
#include "storage/redis/lua_parts.h"

namespace oofgg::storage::entity_scripts {
namespace {

constexpr const char* kKeys = R"lua(
local sessions, entities, entity_ids, made, seen = unpack(KEYS)
)lua";

RedisScript EntityScript(std::initializer_list<const char*> parts) {
  std::string text = kKeys;
  for (const char* part : parts) text += part;
  return RedisScript(text);
}

}  // namespace

const RedisScript& Create() {
  static const RedisScript script = EntityScript({lua::kOwned, row_lua::kCreationKeys, R"lua(
local session, id, row, key, print, most, mark = unpack(ARGV)
local its_print, its_name = recall(made, key)
if its_print then
  if its_print ~= print then return {'other', its_print} end
  return {'before', its_name, redis.call('HGET', entities, its_name)}
end
if redis.call('HEXISTS', sessions, session) == 0 then return {'orphan'} end
local name = owned(session, id)
local there = redis.call('HGET', entities, name)
if there then return {string.sub(there, 5, 12) == mark and 'made' or 'taken'} end
if count(entity_ids, session) >= tonumber(most) then return {'full'} end
redis.call('HSET', entities, name, row)
redis.call('ZADD', entity_ids, 0, name)
remember(made, seen, key, print, name)
return {'made'}
)lua"});
  return script;
}

const RedisScript& List() {
  static const RedisScript script = EntityScript({lua::kOwned, R"lua(
local found = {}
for _, name in ipairs(range(entity_ids, ARGV[1])) do
  local row = redis.call('HGET', entities, name)
  if row then
    found[#found + 1] = name
    found[#found + 1] = row
  end
end
return found
)lua"});
  return script;
}

const RedisScript& Update() {
  static const RedisScript script(R"lua(
local name, version, mark, body = unpack(ARGV)
local there = redis.call('HGET', KEYS[1], name)
if not there then return 'gone' end
local its_version, its_mark = struct.unpack('>I4c8', there)
if its_version ~= tonumber(version) then return its_mark == mark and 'written' or 'moved' end
redis.call('HSET', KEYS[1], name, struct.pack('>I4', its_version + 1) .. mark .. body)
return 'written'
)lua");
  return script;
}

const RedisScript& Erase() {
  static const RedisScript script = EntityScript({R"lua(
redis.call('ZREM', entity_ids, ARGV[1])
return redis.call('HDEL', entities, ARGV[1])
)lua"});
  return script;
}

const RedisScript& Purge() {
  static const RedisScript script = EntityScript({row_lua::kAging, R"lua(
return forget_keys(made, seen, ARGV[1], ARGV[2], tonumber(ARGV[3])) and 1 or 0
)lua"});
  return script;
}

}  // namespace oofgg::storage::entity_scripts
