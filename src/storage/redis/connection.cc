#include "storage/redis/connection.h"

#include <poll.h>

#include <array>
#include <optional>

namespace oofgg::storage::redis {

Status Connection::Flush() {
  while (sent_ < out_.size()) {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t count, socket_.Write(std::string_view(out_).substr(sent_)));
    if (count == 0) return absl::OkStatus();
    sent_ += count;
  }
  sent_ = 0;
  out_.clear();
  constexpr std::size_t kKept = 1 << 20;
  if (out_.capacity() > kKept) out_.shrink_to_fit();
  return absl::OkStatus();
}

StatusOr<bool> Connection::Receive(absl::FunctionRef<Status(RedisReply)> on_reply) {
  // Bounded, so that a server that never stops does not keep us from deadlines.
  constexpr int kMostReads = 16;
  std::array<char, 64 * 1024> buffer;
  bool came = false;
  for (int i = 0; i < kMostReads; ++i) {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t count, socket_.Read(buffer));
    if (count == 0) return came;
    came = true;
    OOFGG_RETURN_IF_ERROR(reader_.Feed({buffer.data(), count}));
    while (true) {
      OOFGG_ASSIGN_OR_RETURN(auto reply, reader_.Next());
      if (!reply) break;
      OOFGG_RETURN_IF_ERROR(on_reply(*std::move(reply)));
    }
  }
  return came;
}

StatusOr<RedisReply> Connection::Ask(const RedisCommand& command, TimePoint deadline, const Bell& stop) {
  command.AppendTo(out_);
  std::optional<RedisReply> answer;
  while (true) {
    OOFGG_RETURN_IF_ERROR(Flush());
    OOFGG_RETURN_IF_ERROR(Receive([&answer](RedisReply reply) {
                            if (reply.kind != RedisReply::Kind::kPush) answer = std::move(reply);
                            return absl::OkStatus();
                          }).status());
    if (answer) return *std::move(answer);
    OOFGG_RETURN_IF_ERROR(WaitFor(fd(), Events(), deadline, stop));
  }
}

}  // namespace oofgg::storage::redis
