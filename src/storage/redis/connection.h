#pragma once

#include <absl/functional/function_ref.h>

#include <cstddef>
#include <string>
#include <utility>

#include "oofgg/status.h"
#include "storage/redis/redis_command.h"
#include "storage/redis/redis_reply.h"
#include "storage/redis/reply_reader.h"
#include "storage/redis/socket.h"

namespace oofgg::storage::redis {

/// A socket that speaks RESP: bytes to go, replies that came. An error of any method ends it. Threads: one
/// owner.
class Connection {
 public:
  Connection(Socket socket, HostPort peer, std::size_t max_reply_bytes)
      : socket_(std::move(socket)), peer_(std::move(peer)), reader_(max_reply_bytes) {}

  /// What is being written; add to its end. It is emptied once all of it is.
  [[nodiscard]] std::string& out() { return out_; }

  /// Writes as much as goes without waiting.
  [[nodiscard]] Status Flush();

  /// Reads what is there, in parts, and gives each reply to `on_reply`, whose error ends it. Says whether
  /// anything came; there may be more.
  [[nodiscard]] StatusOr<bool> Receive(absl::FunctionRef<Status(RedisReply)> on_reply);

  /// Sends a command on a connection that is used for nothing else and waits for its answer.
  [[nodiscard]] StatusOr<RedisReply> Ask(const RedisCommand& command, TimePoint deadline, const Bell& stop);

  [[nodiscard]] int fd() const { return socket_.fd(); }
  [[nodiscard]] short Events() const { return socket_.Events(!out_.empty()); }
  [[nodiscard]] const HostPort& peer() const { return peer_; }

 private:
  Socket socket_;
  const HostPort peer_;
  ReplyReader reader_;
  std::string out_;
  std::size_t sent_ = 0;  // Of `out_`.
};

}  // namespace oofgg::storage::redis
