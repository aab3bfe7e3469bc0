#include "game/event_allowance.h"

#include <algorithm>
#include <chrono>
#include <functional>

#include "game/authorization.h"

namespace oofgg::game {
namespace {

constexpr std::size_t kShards = 64;
/// A full bucket is soon earned again, by waiting: to be forgotten takes a thousand others, each of whom must
/// be in a session.
constexpr std::size_t kBucketsInAShard = 1024;
constexpr std::size_t kBytesOfAToken = 1024;

}  // namespace

EventAllowance::EventAllowance(const Clock& clock, const Rates& rates) : rates_(rates) {
  for (std::size_t i = 0; i < kShards; ++i) {
    players_.emplace_back(clock, rates.player, kBucketsInAShard);
    servers_.emplace_back(clock, rates.server, kBucketsInAShard);
  }
}

EventAllowance::Speaker EventAllowance::SpeakerOf(std::string_view session_id, std::string_view client_id,
                                                  Side side) {
  Speaker speaker{.side = side, .key = std::string(session_id)};
  speaker.key += '/';  // No id has it.
  speaker.key += client_id;
  return speaker;
}

Status EventAllowance::Charge(const Speaker& speaker, std::size_t bytes, std::size_t events) {
  const bool is_server = speaker.side == Side::kServer;
  const std::size_t tokens = events + bytes / kBytesOfAToken;
  const auto price = static_cast<double>(tokens);
  const double burst = (is_server ? rates_.server : rates_.player).burst;
  Shards& shards = is_server ? servers_ : players_;
  KeyedTokenBuckets& buckets = shards[std::hash<std::string_view>()(speaker.key) % kShards];
  const Admission admission = buckets.TryTake(speaker.key, std::min(price, burst));
  if (admission) return {};
  return RetryLater(StatusCode::kResourceExhausted,
                    "you said more in this session than one may in so short a time",
                    std::chrono::ceil<std::chrono::milliseconds>(admission.retry_after));
}

Status EventAllowance::ChargeCall(const CallContext& context, std::string_view session_id, std::size_t bytes,
                                  std::size_t events) {
  const Side side = IsPlayer(*context.caller) ? Side::kPlayer : Side::kServer;
  return Charge(SpeakerOf(session_id, context.caller->user_id, side), bytes, events);
}

std::size_t EventAllowance::size() const {
  std::size_t size = 0;
  for (const Shards* shards : {&players_, &servers_}) {
    for (const KeyedTokenBuckets& buckets : *shards) size += buckets.size();
  }
  return size;
}

}  // namespace oofgg::game
