#include "storage/redis/connection.h"

#include <poll.h>

#include <array>
#include <optional>

namespace oofgg::storage::redis {

Status Connection::Flush() {
  std::size_t written = 0;
  while (written < out_.size()) {
    OOFGG_ASSIGN_OR_RETURN(const std::size_t count, socket_.Write(std::string_view(out_).substr(written)));
    if (count == 0) break;
    written += count;
  }
  out_.erase(0, written);
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
