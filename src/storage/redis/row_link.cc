#include "storage/redis/row_link.h"

#include <utility>

#include "oofgg/log.h"
#include "storage/redis/packed.h"

namespace oofgg::storage {

RowLink::RowLink(RedisClient& client, RowOptions options, std::string_view kept)
    : client_(client), options_(options), kept_(kept), next_mark_(RandomSource::System().Next()) {}

// Players need not hear where our Redis is; of a link that is lost the client tells the log.
StatusOr<RedisReply> RowLink::OrUnavailable(StatusOr<RedisReply> reply, const std::string& kept) {
  if (reply.ok()) return reply;
  const StatusCode code = reply.status().code();
  const bool passes = code == StatusCode::kUnavailable || code == StatusCode::kDeadlineExceeded ||
                      code == StatusCode::kCancelled;
  if (!passes) Log(LogLevel::kError, "redis", kept + ": " + reply.status().ToString());
  return MakeStatus(StatusCode::kUnavailable,
                    "where " + kept + " are kept there is no answer now; try again");
}

StatusOr<RedisReply> RowLink::Call(const RedisCommand& command) const {
  return OrUnavailable(client_.Call(command, Deadline()), kept_);
}

void RowLink::Send(const RedisCommand& command, RedisClient::OnReply on_reply) const {
  client_.Send(command, Deadline(),
               [kept = kept_, on_reply = std::move(on_reply)](StatusOr<RedisReply> reply) mutable {
                 on_reply(OrUnavailable(std::move(reply), kept));
               });
}

StatusOr<RedisReply> RowLink::Run(const RedisScript& script, RedisScriptCall call) const {
  return OrUnavailable(client_.CallScript(script, std::move(call), Deadline()), kept_);
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
