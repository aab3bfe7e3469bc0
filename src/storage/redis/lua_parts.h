#pragma once

/// What scripts of several stores begin with.
namespace oofgg::storage::lua {

/// `owned(owner, id)` is OwnedName (packed.h); `range` and `count` are of what a sorted set has of an owner.
inline constexpr const char* kOwned = R"lua(
local function owned(by, id) return struct.pack('>I2', #by) .. by .. id end
local function range(key, by)
  local first = owned(by, '')
  return redis.call('ZRANGEBYLEX', key, '[' .. first, '(' .. first .. '\255')
end
local function count(key, by)
  local first = owned(by, '')
  return redis.call('ZLEXCOUNT', key, '[' .. first, '(' .. first .. '\255')
end
)lua";

/// `history()` names all that this Redis ever was and will be: a replica that takes over begins another, and
/// so does a restart. What was written last under the former may be lost then.
inline constexpr const char* kHistory = R"lua(
local function history()
  return string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)') or ''
end
)lua";

}  // namespace oofgg::storage::lua
