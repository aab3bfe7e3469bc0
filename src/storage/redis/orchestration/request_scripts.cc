#include "storage/redis/orchestration/request_scripts.h"

#include "orchestration/request.h"
#include "storage/redis/lua_parts.h"

namespace oofgg::storage::request_scripts {
namespace {

using orchestration::RequestState;

// States in the scripts are their numbers.
static_assert(static_cast<int>(RequestState::kCreated) == 0 &&
              static_cast<int>(RequestState::kInProgress) == 1 &&
              static_cast<int>(RequestState::kDone) == 2 && static_cast<int>(RequestState::kFailed) == 3 &&
              static_cast<int>(RequestState::kOccupied) == 4);

// A Redis that took over, or came back, may have forgotten its last fences, or all: under each new history
// they begin beyond all that there can have been, by the clock.
constexpr const char* kFences = R"lua(
local is_history_known = false
local function next_fence()
  if not is_history_known then
    local now = history()
    if redis.call('HGET', KEYS[9], 'history') ~= now then
      local last = tonumber(redis.call('HGET', KEYS[9], 'fence') or 0)
      local time = redis.call('TIME')
      local first = math.max(last, time[1] * 1000000 + time[2])
      redis.call('HSET', KEYS[9], 'history', now, 'fence', string.format('%.0f', first))
    end
    is_history_known = true
  end
  return string.format('%.0f', redis.call('HINCRBY', KEYS[9], 'fence', 1))
end
)lua";

// What others should look at is told in the step that makes it so: nobody can die in between.
constexpr const char* kNews = R"lua(
local publish = table.remove(ARGV)
local WAITING, RELEASED, DENIED, CHANGED = 'w', 'r', 'd', 'c'
local function tell(kind, what) redis.call(publish, KEYS[10], kind .. (what or '')) end
)lua";

// A Redis that forgot the newest term refuses nobody until the next one begins.
constexpr const char* kTerms = R"lua(
local owner, servers = KEYS[11], KEYS[12]
local function is_late(term)
  local newest = redis.call('HGET', KEYS[9], 'term')
  return newest and tonumber(newest) > tonumber(term)
end
)lua";

constexpr const char* kRows = R"lua(
local rows, line, overdue, lapsing, failed, seats, held, released, counts = unpack(KEYS)
local CREATED, IN_PROGRESS, DONE, FAILED, OCCUPIED = 0, 1, 2, 3, 4
local function next_of(name) return string.format('%.0f', redis.call('HINCRBY', counts, name, 1)) end
local function players_of(r)
  local players, at, player = {}, 1
  while at <= #r.players do
    player, at = struct.unpack('>I4c0', r.players, at)
    players[#players + 1] = player
  end
  return players
end
local function pack(fields)
  for i, field in ipairs(fields) do fields[i] = struct.pack('>I4', #field) .. field end
  return table.concat(fields)
end
local function read(id)
  local row = redis.call('HGET', rows, id)
  if not row then return nil end
  local r = {id = id, row = row}
  r.mark, r.state, r.sequence, r.fence, r.lease, r.deadline, r.failures, r.server, r.host, r.port, r.control,
    r.error, r.players = struct.unpack('>' .. string.rep('I4c0', 13), row)
  r.state = tonumber(r.state)
  r.was = r.state
  return r
end
local function fresh(id)
  return {id = id, mark = '', state = FAILED, sequence = '0', fence = '0', lease = '0', deadline = '0',
    failures = '0', server = '', host = '', port = '0', control = '', error = '', players = ''}
end
local function leave_indexes(r)
  if r.was == CREATED then
    redis.call('ZREM', line, r.id)
    redis.call('ZREM', overdue, r.id)
    redis.call('HINCRBY', counts, 'seats', -#players_of(r))
  elseif r.was == FAILED then
    redis.call('ZREM', failed, r.id)
  elseif r.was then
    redis.call('ZREM', lapsing, r.id)
  end
end
local function save(r, mark)
  leave_indexes(r)
  if r.state ~= r.was and (r.state == DONE or r.state == FAILED) then tell(CHANGED, r.id) end
  if r.state == CREATED then
    redis.call('ZADD', line, r.sequence, r.id)
    redis.call('ZADD', overdue, r.deadline, r.id)
    redis.call('HINCRBY', counts, 'seats', #players_of(r))
  elseif r.state == FAILED then
    redis.call('ZADD', failed, r.deadline, r.id)
  elseif r.state ~= DONE then
    redis.call('ZADD', lapsing, r.lease, r.id)
  end
  r.was = r.state
  r.row = pack({mark, tostring(r.state), r.sequence, r.fence, r.lease, r.deadline, r.failures, r.server, r.host,
    r.port, r.control, r.error, r.players})
  redis.call('HSET', rows, r.id, r.row)
end
local function erase(r)
  leave_indexes(r)
  if r.was ~= FAILED then tell(CHANGED, r.id) end
  redis.call('HDEL', rows, r.id)
end
local function listed(records)
  local list = {}
  for _, r in ipairs(records) do
    list[#list + 1] = r.id
    list[#list + 1] = r.row
  end
  return list
end
)lua";

constexpr const char* kSeats = R"lua(
local function holds(r, player) return redis.call('HGET', seats, player) == r.id end
local function is_seated(r)
  for _, player in ipairs(players_of(r)) do
    if holds(r, player) then return true end
  end
  return false
end
local function release(r, player)
  redis.call('HDEL', seats, player)
  redis.call('ZREM', held, owned(r.server, player))
  redis.call('ZADD', released, 0, owned(r.server, player))
end
local function release_all(r)
  for _, player in ipairs(players_of(r)) do
    if holds(r, player) then release(r, player) end
  end
  r.server, r.host, r.port, r.control = '', '', '0', ''
end
local function fail(r, mark, error)
  release_all(r)
  r.error, r.state = error, FAILED
  save(r, mark)
end
local function take_back(r)
  r.fence = next_fence()
  r.state = r.state == IN_PROGRESS and CREATED or DONE
  save(r, '')
end
)lua";

// `leased(occupied_too)` is the record, or nothing and the answer.
constexpr const char* kLeased = R"lua(
local id, mark, fence = unpack(ARGV)
local function leased(occupied_too)
  local r = read(id)
  if not r then return nil, {'gone'} end
  if r.mark == mark then return nil, {'done'} end
  local is_held = r.state == IN_PROGRESS or (occupied_too and r.state == OCCUPIED)
  if not is_held or r.fence ~= fence then return nil, {'lost'} end
  return r
end
)lua";

RedisScript Script(std::initializer_list<const char*> parts) {
  std::string text = Prelude();
  for (const char* part : parts) text += part;
  return RedisScript(text);
}

}  // namespace

const std::string& Prelude() {
  static const std::string prelude =
      std::string(lua::kOwned) + lua::kHistory + kNews + kFences + kTerms + kRows + kSeats;
  return prelude;
}

const RedisScript& Enqueue() {
  static const RedisScript script = Script({R"lua(
local id, mark, players, deadline, most, prolong_only = unpack(ARGV)
local r = read(id) or fresh(id)
if r.state == FAILED then
  if prolong_only == '1' then return 'gone' end
  if tonumber(most) > 0 and redis.call('ZCARD', line) >= tonumber(most) then return {'full'} end
  r.players, r.sequence, r.deadline = players, next_of('sequence'), deadline
  r.error, r.state = '', CREATED
  save(r, mark)
elseif tonumber(r.deadline) < tonumber(deadline) then
  r.deadline = deadline
  save(r, mark)
end
if r.state == CREATED then tell(WAITING) end
return {'row', id, r.row}
)lua"});
  return script;
}

const RedisScript& Waiting() {
  static const RedisScript script = Script({R"lua(
return {redis.call('ZCARD', line), tonumber(redis.call('HGET', counts, 'seats') or 0)}
)lua"});
  return script;
}

const RedisScript& LeaseOldest() {
  static const RedisScript script = Script({R"lua(
local most, ends = tonumber(ARGV[1]), ARGV[2]
if is_late(ARGV[3]) then return 'late' end
local leased = {}
for _, id in ipairs(redis.call('ZRANGE', line, 0, most - 1)) do
  local r = read(id)
  r.state, r.fence, r.lease = IN_PROGRESS, next_fence(), ends
  save(r, '')
  leased[#leased + 1] = r
end
return listed(leased)
)lua"});
  return script;
}

const RedisScript& Renew() {
  static const RedisScript script = Script({kLeased, R"lua(
local r, no = leased(true)
if not r then return no end
r.lease = ARGV[4]
save(r, mark)
return {'done'}
)lua"});
  return script;
}

const RedisScript& Complete() {
  static const RedisScript script = Script({kLeased, R"lua(
local r, no = leased(false)
if not r then return no end
if not is_seated(r) then return {'unseated'} end
r.failures, r.state = '0', DONE
save(r, mark)
return {'done'}
)lua"});
  return script;
}

const RedisScript& Fail() {
  static const RedisScript script = Script({kLeased, R"lua(
local r, no = leased(false)
if not r then return no end
if ARGV[5] == '1' then r.failures = tostring(tonumber(r.failures) + 1) end
fail(r, mark, ARGV[4])
return {'done'}
)lua"});
  return script;
}

const RedisScript& GiveBack() {
  static const RedisScript script = Script({kLeased, R"lua(
local r, no = leased(true)
if not r then return no end
if r.state == OCCUPIED then tell(DENIED, r.server) end
release_all(r)
r.state = CREATED
save(r, mark)
return {'done'}
)lua"});
  return script;
}

const RedisScript& Occupy() {
  static const RedisScript script = Script({R"lua(
local id, mark, ends = unpack(ARGV)
local r = read(id)
if not r then return {'gone'} end
if r.mark == mark then return {'row', id, r.row} end
if r.state ~= DONE then return {'not_done'} end
r.state, r.fence, r.lease = OCCUPIED, next_fence(), ends
save(r, mark)
return {'row', id, r.row}
)lua"});
  return script;
}

const RedisScript& Release() {
  static const RedisScript script = Script({kLeased, R"lua(
local r, no = leased(true)
if not r then return no end
if r.state ~= OCCUPIED then return {'lost'} end
r.state = DONE
save(r, mark)
return {'done'}
)lua"});
  return script;
}

const RedisScript& Withdraw() {
  static const RedisScript script = Script({R"lua(
local r = read(ARGV[1])
if not r then return {} end
local was = r.row
local is_there = r.server ~= ''
release_all(r)
erase(r)
if is_there then tell(RELEASED) end
return {r.id, was}
)lua"});
  return script;
}

const RedisScript& ForgiveFailures() {
  static const RedisScript script = Script({R"lua(
local r = read(ARGV[1])
if not r then return {'gone'} end
r.failures = '0'
save(r, ARGV[2])
return {'done'}
)lua"});
  return script;
}

const RedisScript& SweepLapsed() {
  static const RedisScript script = Script({R"lua(
local now, forget, error, most = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
if is_late(ARGV[5]) then return 'late' end
local more = 0
local function up_to(key, moment)
  local found = {}
  for _, id in ipairs(redis.call('ZRANGEBYSCORE', key, '-inf', moment, 'LIMIT', 0, most)) do
    found[#found + 1] = read(id)
  end
  if #found == most then more = 1 end
  return found
end
local changed = {}
for _, r in ipairs(up_to(failed, forget)) do erase(r) end
for _, r in ipairs(up_to(lapsing, now)) do
  take_back(r)
  local is_overdue = r.state == CREATED and tonumber(r.deadline) <= tonumber(now)
  if not is_overdue then changed[#changed + 1] = r end
end
for _, r in ipairs(up_to(overdue, now)) do
  fail(r, '', error)
  changed[#changed + 1] = r
end
local first = ''
for _, key in ipairs({lapsing, overdue}) do
  local moment = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]
  if moment and (first == '' or tonumber(moment) < tonumber(first)) then first = moment end
end
local answer = {first, more}
for _, part in ipairs(listed(changed)) do answer[#answer + 1] = part end
return answer
)lua"});
  return script;
}

const RedisScript& TakeOver() {
  static const RedisScript script = Script({R"lua(
local mark, holder = unpack(ARGV)
local has_it = redis.call('HGET', owner, 'holder')
if has_it and has_it ~= holder then return 'late' end
local term, last_mark = unpack(redis.call('HMGET', counts, 'term', 'term_mark'))
if last_mark == mark then return term end
for _, id in ipairs(redis.call('ZRANGE', lapsing, 0, -1)) do take_back(read(id)) end
term = next_fence()
redis.call('HSET', counts, 'term', term, 'term_mark', mark)
return term
)lua"});
  return script;
}

}  // namespace oofgg::storage::request_scripts
