#pragma once

#include <absl/functional/any_invocable.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/redis/redis_command.h"
#include "storage/redis/redis_options.h"
#include "storage/redis/redis_reply.h"
#include "storage/redis/redis_script.h"

namespace oofgg::storage {

namespace redis {
class ClientCore;
}  // namespace redis

/// One pipelined connection to Redis that many threads share. Commands of all of them are written together
/// and answered in order; a lost link is made anew, to the new master where Sentinel watches.
///
/// In a cluster there is one such connection to each master, and each command goes to that of its key's slot,
/// wherever the slot moves (`RedisCommand::OnKey`). The commands of a batch or a transaction, and the keys of
/// a script, must be of one slot (kInvalidArgument). Order holds among commands of one slot, unless it moves
/// under them: what is redirected comes behind what is not.
///
/// Threads: safe. Callbacks run on the client's own thread, one at a time, and must not wait: from them
/// `Send` and its kin may be called, not the blocking forms (kFailedPrecondition). Deadlines: each command
/// ends at its own, whatever Redis does. A command that blocks (`XREAD BLOCK`) keeps all behind it waiting:
/// give it a client of its own, and let it block for less than `dead_after - ping_after`, or the link is
/// taken for dead. Errors, beside those of `StatusOfError`:
///   kUnavailable       there is no link, or it was lost under the command: then the outcome is unknown.
///   Commands
///                      marked idempotent are sent again instead, until their deadline.
///   kDeadlineExceeded  no answer in time; the message says whether the command was written.
///   kResourceExhausted too many commands wait; told at once, inside `Send`.
///   kCancelled         the client has been shut down.
class RedisClient {
 public:
  using OnReply = absl::AnyInvocable<void(StatusOr<RedisReply>)>;

  /// Begins to connect, and goes on trying.
  explicit RedisClient(RedisOptions options);
  /// The same, and waits for the link. An error that waiting does not heal, such as a wrong password, returns
  /// at once.
  [[nodiscard]] static StatusOr<std::unique_ptr<RedisClient>> Connect(RedisOptions options,
                                                                      TimePoint deadline);
  /// `Shutdown`, while no other thread uses it.
  ~RedisClient();
  RedisClient(const RedisClient&) = delete;
  RedisClient& operator=(const RedisClient&) = delete;

  /// Ends what is under way with kCancelled, and what comes later at once. Not inside a callback.
  void Shutdown();

  /// Calls `on_reply` once. An error reply comes as its status.
  void Send(const RedisCommand& command, TimePoint deadline, OnReply on_reply);
  [[nodiscard]] StatusOr<RedisReply> Call(const RedisCommand& command, TimePoint deadline);

  /// Several commands, at least one, in one go, nothing of ours in between; others' may be. The reply is an
  /// array of theirs, among which errors stand as kError. Idempotent if all of them are.
  void SendBatch(const std::vector<RedisCommand>& commands, TimePoint deadline, OnReply on_reply);
  [[nodiscard]] StatusOr<RedisReply> CallBatch(const std::vector<RedisCommand>& commands, TimePoint deadline);

  /// The same between MULTI and EXEC: nothing comes in between, and a command that Redis does not take makes
  /// it refuse all. The reply is EXEC's.
  void SendTransaction(const std::vector<RedisCommand>& commands, TimePoint deadline, OnReply on_reply);
  [[nodiscard]] StatusOr<RedisReply> CallTransaction(const std::vector<RedisCommand>& commands,
                                                     TimePoint deadline);

  /// Runs a script by its hash; where the server does not know it (yet), by its text, in the same deadline.
  /// `script` must outlive the call.
  void SendScript(const RedisScript& script, RedisScriptCall call, TimePoint deadline, OnReply on_reply);
  [[nodiscard]] StatusOr<RedisReply> CallScript(const RedisScript& script, RedisScriptCall call,
                                                TimePoint deadline);

  /// Until there is a link. kUnavailable at the deadline, with what went wrong last; other errors at once, as
  /// they do not pass by themselves.
  [[nodiscard]] Status WaitUntilUp(TimePoint deadline);

  /// A number for the present link, greater than that of every link before; 0 while there is none. Who reads
  /// the same number twice has had one link all the time. In a cluster: for the links to all masters
  /// together, and greater too whenever a slot was seen to have another master.
  [[nodiscard]] std::uint64_t LinkNumber() const;

  [[nodiscard]] const RedisOptions& options() const;

 private:
  void SendTogether(const std::vector<RedisCommand>& commands, bool is_transaction, TimePoint deadline,
                    OnReply on_reply);

  const RedisOptions options_;
  std::unique_ptr<redis::ClientCore> core_;
};

}  // namespace oofgg::storage
