#include "storage/redis/auth/redis_rate_limiter.h"

#include <array>
#include <charconv>
#include <utility>

namespace oofgg::storage {
namespace {

// ARGV[1]: the time in µs, or empty for Redis' own. Then of each key `per_second` and `burst`. Answers 0 if a
// token was taken from each, else the µs until all have one; -1 for never. A billionth of a token is
// forgiven, as in oofgg/token_bucket.h. Numbers are written out, since Lua's own form drops digits.
const RedisScript& TakeScript() {
  static const RedisScript script(R"lua(
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end
local levels, ats, wait = {}, {}, 0
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  if burst < 1 then return -1 end
  local stored = redis.call('HMGET', key, 'level', 'at')
  local level, at = tonumber(stored[1]) or burst, tonumber(stored[2]) or now
  if now > at then
    level = math.min(burst, level + (now - at) / 1000000 * rate)
    at = now
  end
  if level < 1 - 1e-9 then wait = math.max(wait, math.ceil((1 - level) / rate * 1000000)) end
  levels[i], ats[i] = level, at
end
if wait > 0 then return wait end
for i, key in ipairs(KEYS) do
  local rate, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
  redis.call('HSET', key, 'level', string.format('%.9f', math.max(0, levels[i] - 1)), 'at', string.format('%.0f', ats[i]))
  redis.call('PEXPIRE', key, string.format('%.0f', math.min(1e12, math.ceil(burst / rate * 1000) + 1000)))
end
return 0
)lua");
  return script;
}

/// Short enough to read, exact enough to be the same limit on every instance.
std::string Text(double number) {
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

std::string NameOf(const auth::LimitedKey& one, std::string_view name_key) {
  return HiddenName("oofgg:limit", name_key,
                    {"oofgg rate limit", one.key, Text(one.limit.per_second), Text(one.limit.burst)});
}

}  // namespace

RedisRateLimiter::RedisRateLimiter(RedisClient& client, RedisRateLimiterOptions options)
    : client_(client),
      options_(std::move(options)),
      shared_("rate limits", options_.timeout, options_.rest),
      local_(options_.clock != nullptr ? *options_.clock : Clock::System(), options_.max_local_keys) {}

Admission RedisRateLimiter::TryTake(std::span<const auth::LimitedKey> keys) {
  const auto admission = shared_.TryAsk([&](TimePoint deadline) { return Ask(keys, deadline); });
  return admission ? *admission : Decide(keys);
}

StatusOr<Admission> RedisRateLimiter::Ask(std::span<const auth::LimitedKey> keys, TimePoint deadline) {
  RedisScriptCall call{.arguments = {MicrosOf(options_.clock)}};
  for (const auth::LimitedKey& one : keys) {
    call.keys.push_back(NameOf(one, options_.name_key));
    call.arguments.push_back(Text(one.limit.per_second));
    call.arguments.push_back(Text(one.limit.burst));
  }
  OOFGG_ASSIGN_OR_RETURN(const RedisReply reply, client_.CallScript(TakeScript(), std::move(call), deadline));
  OOFGG_ASSIGN_OR_RETURN(const std::int64_t wait, reply.AsInteger());
  if (wait == 0) return Admission{.granted = true};
  if (wait < 0) return Admission{.granted = false, .retry_after = Duration::max()};
  return Admission{.granted = false, .retry_after = std::chrono::microseconds(wait)};
}

Admission RedisRateLimiter::Decide(std::span<const auth::LimitedKey> keys) {
  if (options_.when_away == RedisRateLimiterOptions::WhenAway::kLocal) return local_.TryTake(keys);
  return {.granted = false, .retry_after = options_.rest};
}

}  // namespace oofgg::storage
