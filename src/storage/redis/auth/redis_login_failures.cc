#include "storage/redis/auth/redis_login_failures.h"

#include <utility>

namespace oofgg::storage {
namespace {

using auth::FailureRule;
using auth::LoginPlace;

// KEYS: the account's, and where the address is given, that of the account as seen from it. A record says
// itself when it is to be forgotten, so that one clock counts; that it expires only saves room.
const RedisScript& NoteScript() {
  static const RedisScript script(R"lua(
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local account, address = KEYS[1], KEYS[2]
local function is_kept(key) return (tonumber(redis.call('HGET', key, 'gone')) or 0) > now end
local function keep(key, millis)
  redis.call('HSET', key, 'gone', string.format('%.0f', now + millis * 1000))
  redis.call('PEXPIRE', key, millis)
end
local known = address and is_kept(address)
if not known and not is_kept(account) then redis.call('DEL', account) end
local key = known and address or account
if ARGV[2] == 'wrong' then
  local punished = redis.call('HINCRBY', key, 'row', 1) - ARGV[3]
  if punished > 0 then
    local delay = math.min(ARGV[4] * 2 ^ math.min(punished - 1, 20), tonumber(ARGV[5])) * 1000
    redis.call('HSET', key, 'until', string.format('%.0f', now + delay))
  end
  keep(key, tonumber(known and ARGV[7] or ARGV[6]))
elseif ARGV[2] == 'right' then
  redis.call('DEL', key, address or key)
  if address then keep(address, tonumber(ARGV[7])) end
end
local ends = tonumber(redis.call('HGET', key, 'until')) or 0
return {known and 1 or 0, math.max(0, ends - now)}
)lua");
  return script;
}

std::string Millis(std::chrono::milliseconds time) { return std::to_string(time.count()); }

StatusOr<auth::LoginFailures::Verdict> VerdictIn(const RedisReply& reply) {
  if (reply.elements.size() != 2)
    return MakeStatus(StatusCode::kInternal, "another answer than the script's");
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t is_known, reply.elements[0].AsInteger());
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t wait, reply.elements[1].AsInteger());
  return auth::LoginFailures::Verdict{.is_known = is_known == 1, .wait = std::chrono::microseconds(wait)};
}

}  // namespace

RedisLoginFailures::RedisLoginFailures(RedisClient& client, RedisLoginFailuresOptions options)
    : client_(client),
      options_(std::move(options)),
      shared_("waits after wrong passwords", options_.timeout, options_.rest),
      local_(options_.clock != nullptr ? *options_.clock : Clock::System(), options_.max_local_keys) {}

auth::LoginFailures::Verdict RedisLoginFailures::Look(const LoginPlace& place) {
  const auto verdict = Do("look", place, {});
  return verdict ? *verdict : local_.Look(place);
}

void RedisLoginFailures::NoteWrong(const LoginPlace& place, const FailureRule& rule) {
  if (!Do("wrong", place, rule)) local_.NoteWrong(place, rule);
}

void RedisLoginFailures::NoteRight(const LoginPlace& place) {
  if (!Do("right", place, {})) local_.NoteRight(place);
}

std::optional<auth::LoginFailures::Verdict> RedisLoginFailures::Do(std::string_view what,
                                                                   const LoginPlace& place,
                                                                   const FailureRule& rule) {
  return shared_.TryAsk([&](TimePoint deadline) -> StatusOr<Verdict> {
    RedisScriptCall call{
        .keys = {HiddenName("oofgg:failures", options_.name_key, {"oofgg failures", place.account})},
        .arguments = {MicrosOf(options_.clock), std::string(what), std::to_string(rule.free_failures),
                      Millis(rule.first_delay), Millis(rule.max_delay), Millis(kFailuresKept),
                      Millis(kAddressesKept)}};
    if (!place.address.empty()) {
      call.keys.push_back(
          HiddenName("oofgg:failures", options_.name_key, {"oofgg failures", place.account, place.address}));
    }
    OOFGG_ASSIGN_OR_RETURN(const RedisReply reply,
                           client_.CallScript(NoteScript(), std::move(call), deadline));
    return VerdictIn(reply);
  });
}

}  // namespace oofgg::storage
