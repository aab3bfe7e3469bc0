#include "storage/redis/game/attendance_scripts.h"

namespace oofgg::storage::attendance_scripts {
namespace {

constexpr const char* kAttendance = R"lua(
local lives, dead, here, told, absent, beat = unpack(KEYS)
local function millis(given)
  if given ~= '' then return tonumber(given) end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function text(number) return string.format('%.0f', number) end
local function is_held(prefix)
  return #redis.call('ZRANGEBYLEX', here, '[' .. prefix, '(' .. prefix .. '\255', 'LIMIT', 0, 1) == 1
end
local function take_off(life, name)
  redis.call('ZREM', here, name .. life)
  redis.call('ZREM', told, life .. name)
end
local function be_away(name, due)
  if is_held(name) then return end
  redis.call('ZADD', here, 0, name .. '-')
  redis.call('ZADD', absent, text(due), name)
end
local function end_absence(name)
  redis.call('ZREM', here, name .. '-')
  redis.call('ZREM', absent, name)
end
)lua";

// Where nobody has said anything for long it was Redis that was away: then all are given time to come back,
// or who is slow at that would be taken for dead by who is fast.
constexpr const char* kSpare = R"lua(
local function spare_all(now, lease)
  local last = tonumber(redis.call('GET', beat))
  redis.call('SET', beat, text(now))
  if last and now - last <= lease / 2 then return end
  for _, life in ipairs(redis.call('ZRANGE', lives, 0, -1)) do
    redis.call('ZADD', lives, text(now + lease), life)
  end
end
)lua";

constexpr const char* kBury = R"lua(
local function bury(now, grace)
  for _, life in ipairs(redis.call('ZRANGEBYSCORE', lives, '-inf', text(now))) do
    redis.call('ZREM', lives, life)
    redis.call('SADD', dead, life)
  end
  for _, life in ipairs(redis.call('SMEMBERS', dead)) do
    local most = 500
    local names = redis.call('ZRANGEBYLEX', told, '[' .. life, '(' .. life .. '\255', 'LIMIT', 0, most)
    for _, member in ipairs(names) do
      local name = string.sub(member, #life + 1)
      take_off(life, name)
      be_away(name, now + grace)
    end
    if #names < most then redis.call('SREM', dead, life) end
  end
end
)lua";

RedisScript AttendanceScript(std::initializer_list<const char*> parts) {
  std::string text = kAttendance;
  for (const char* part : parts) text += part;
  return RedisScript(text);
}

}  // namespace

const RedisScript& Tell() {
  static const RedisScript script = AttendanceScript({R"lua(
local life, now = ARGV[1], millis(ARGV[2])
local graces = {away = tonumber(ARGV[3]), leaving = tonumber(ARGV[4])}
if not redis.call('ZSCORE', lives, life) then return 0 end
for i = 5, #ARGV, 2 do
  local where, name = ARGV[i], ARGV[i + 1]
  if where == 'here' then
    redis.call('ZADD', here, 0, name .. life)
    redis.call('ZADD', told, 0, life .. name)
    end_absence(name)
  else
    take_off(life, name)
    local grace = graces[where]
    if grace then be_away(name, now + grace) else end_absence(name) end
  end
end
return 1
)lua"});
  return script;
}

const RedisScript& Beat() {
  static const RedisScript script = AttendanceScript({kSpare, kBury, R"lua(
local life, now, lease, grace = ARGV[1], millis(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
spare_all(now, lease)
local lives_on = ARGV[5] == '1' or redis.call('ZSCORE', lives, life)
if lives_on then redis.call('ZADD', lives, text(now + lease), life) end
bury(now, grace)
return lives_on and 1 or 0
)lua"});
  return script;
}

const RedisScript& TakeDue() {
  static const RedisScript script = AttendanceScript({R"lua(
local now, rest, most = millis(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local due = redis.call('ZRANGEBYSCORE', absent, '-inf', text(now), 'LIMIT', 0, most)
for _, name in ipairs(due) do redis.call('ZADD', absent, text(now + rest), name) end
return due
)lua"});
  return script;
}

const RedisScript& AreAttended() {
  static const RedisScript script = AttendanceScript({R"lua(
local attended = {}
for i, session in ipairs(ARGV) do
  attended[i] = is_held(struct.pack('>I2', #session) .. session) and 1 or 0
end
return attended
)lua"});
  return script;
}

}  // namespace oofgg::storage::attendance_scripts
