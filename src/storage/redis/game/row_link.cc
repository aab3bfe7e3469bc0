#include "storage/redis/game/row_link.h"

#include <utility>

#include "storage/redis/game/packed.h"

namespace oofgg::storage {
namespace {

StatusOr<RedisReply> OrUnavailable(StatusOr<RedisReply> reply) {
  if (reply.ok() || reply.status().code() == StatusCode::kUnavailable) return reply;
  return MakeStatus(StatusCode::kUnavailable, reply.status().ToString());
}

}  // namespace

RowLink::RowLink(RedisClient& client, GameRowOptions options)
    : client_(client), options_(options), next_mark_(RandomSource::System().Next()) {}

StatusOr<RedisReply> RowLink::Call(const RedisCommand& command) const {
  return OrUnavailable(client_.Call(command, Deadline()));
}

StatusOr<RedisReply> RowLink::Run(const RedisScript& script, RedisScriptCall call) const {
  return OrUnavailable(client_.CallScript(script, std::move(call), Deadline()));
}

std::string RowLink::NewMark() const {
  const std::uint64_t mark = next_mark_.fetch_add(1);
  return PackedWriter()
      .Number(static_cast<std::uint32_t>(mark >> 32U))
      .Number(static_cast<std::uint32_t>(mark))
      .Take();
}

TimePoint RowLink::Deadline() const {
  const bool has_link = client_.LinkNumber() != 0;
  return DeadlineAfter(Clock::System().Now(), has_link ? options_.timeout : options_.timeout_without_link);
}

}  // namespace oofgg::storage
