#pragma once

/// What scripts on sessions and on entities have in common.
namespace oofgg::storage::row_lua {

/// Of what a creation key made: `made` and `seen` are its keys.
inline constexpr const char* kCreationKeys = R"lua(
local function remember(made, seen, key, print, what)
  if key == '' then return end
  redis.call('HSET', made, key, print .. ':' .. what)
  redis.call('ZADD', seen, '-inf', key)
end
local function recall(made, key)
  local held = key ~= '' and redis.call('HGET', made, key)
  if not held then return nil end
  local colon = string.find(held, ':', 1, true)
  return string.sub(held, 1, colon - 1), string.sub(held, colon + 1)
end
)lua";

/// `aged` notes what no sweep has seen before, and returns what was seen first long enough ago, each at most
/// `most`; and whether there is more.
inline constexpr const char* kAging = R"lua(
local function aged(key, now, before, most)
  local fresh = redis.call('ZRANGEBYSCORE', key, '-inf', '-inf', 'LIMIT', 0, most)
  for _, name in ipairs(fresh) do redis.call('ZADD', key, now, name) end
  local old = redis.call('ZRANGEBYSCORE', key, '(-inf', before, 'LIMIT', 0, most)
  return old, #fresh == most or #old == most
end
local function forget_keys(made, seen, now, before, most)
  local old, more = aged(seen, now, before, most)
  for _, key in ipairs(old) do
    redis.call('HDEL', made, key)
    redis.call('ZREM', seen, key)
  end
  return more
end
)lua";

}  // namespace oofgg::storage::row_lua
