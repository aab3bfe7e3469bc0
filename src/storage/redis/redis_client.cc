#include "storage/redis/redis_client.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "storage/redis/client_core.h"
#include "storage/redis/cluster_client.h"
#include "storage/redis/key_slot.h"
#include "storage/redis/single_client.h"

namespace oofgg::storage {
namespace {

using redis::ClientCore;
using redis::PendingCommand;

/// The reply of EXEC, out of those of MULTI, the commands and EXEC.
StatusOr<RedisReply> ExecReply(StatusOr<RedisReply> batch) {
  if (!batch.ok()) return batch;
  RedisReply reply = std::move(batch->elements.back());
  if (reply.is_error()) return StatusOfError(reply);
  return reply;
}

/// Where a blocking call waits.
class Waiter {
 public:
  RedisClient::OnReply Callback() {
    return [this](StatusOr<RedisReply> reply) {
      const std::lock_guard lock(mutex_);
      reply_ = std::move(reply);
      // Under the lock, as we are gone as soon as the caller sees the reply.
      answered_.notify_one();
    };
  }
  StatusOr<RedisReply> Wait() {
    std::unique_lock lock(mutex_);
    answered_.wait(lock, [this] { return reply_.has_value(); });
    return *std::move(reply_);
  }

 private:
  std::mutex mutex_;
  std::condition_variable answered_;
  std::optional<StatusOr<RedisReply>> reply_;
};

/// What the blocking forms share.
template <typename SendIt>
StatusOr<RedisReply> CallBy(const ClientCore& core, SendIt&& send) {
  if (core.OnItsThread()) {
    return MakeStatus(StatusCode::kFailedPrecondition,
                      "a blocking call to Redis inside one of its callbacks would wait for itself; use Send");
  }
  Waiter waiter;
  send(waiter.Callback());
  return waiter.Wait();
}

/// Adds one more key to what a `slot` is of so far, unless it has another.
Status JoinSlot(int& slot, std::string_view key) {
  const int its_slot = redis::KeySlot(key);
  if (slot != PendingCommand::kAnySlot && slot != its_slot) {
    return InvalidField("keys",
                        "are of several slots of the cluster; give them a hash tag, such as {player-1}:a");
  }
  slot = its_slot;
  return absl::OkStatus();
}

StatusOr<int> SlotOf(const std::vector<RedisCommand>& commands) {
  int slot = PendingCommand::kAnySlot;
  for (const RedisCommand& command : commands) {
    if (const auto key = command.key()) OOFGG_RETURN_IF_ERROR(JoinSlot(slot, *key));
  }
  return slot;
}

StatusOr<int> SlotOf(const RedisScriptCall& call) {
  int slot = PendingCommand::kAnySlot;
  for (const std::string& key : call.keys) OOFGG_RETURN_IF_ERROR(JoinSlot(slot, key));
  return slot;
}

std::unique_ptr<ClientCore> MakeCore(const RedisOptions& options) {
  return options.url.is_cluster ? redis::MakeClusterClient(options) : redis::MakeSingleClient(options);
}

}  // namespace

RedisClient::RedisClient(RedisOptions options) : options_(std::move(options)), core_(MakeCore(options_)) {}
RedisClient::~RedisClient() = default;

StatusOr<std::unique_ptr<RedisClient>> RedisClient::Connect(RedisOptions options, TimePoint deadline) {
  auto client = std::make_unique<RedisClient>(std::move(options));
  OOFGG_RETURN_IF_ERROR(client->WaitUntilUp(deadline));
  return client;
}

void RedisClient::Shutdown() { core_->Shutdown(); }

void RedisClient::Send(const RedisCommand& command, TimePoint deadline, OnReply on_reply) {
  PendingCommand pending;
  command.AppendTo(pending.bytes);
  if (core_->is_cluster()) {
    if (const auto key = command.key()) pending.slot = redis::KeySlot(*key);
  }
  pending.idempotent = command.idempotent();
  pending.deadline = deadline;
  pending.on_reply = std::move(on_reply);
  core_->Send(std::move(pending));
}

void RedisClient::SendBatch(const std::vector<RedisCommand>& commands, TimePoint deadline, OnReply on_reply) {
  SendTogether(commands, /*is_transaction=*/false, deadline, std::move(on_reply));
}

void RedisClient::SendTogether(const std::vector<RedisCommand>& commands, bool is_transaction,
                               TimePoint deadline, OnReply on_reply) {
  if (commands.empty()) return on_reply(InvalidField("commands", "are none; a batch holds at least one"));
  PendingCommand pending;
  pending.is_batch = true;
  pending.is_transaction = is_transaction;
  if (core_->is_cluster()) {
    const StatusOr<int> slot = SlotOf(commands);
    if (!slot.ok()) return on_reply(slot.status());
    pending.slot = *slot;
  }
  pending.replies = commands.size();
  pending.idempotent = true;
  for (const RedisCommand& command : commands) {
    command.AppendTo(pending.bytes);
    pending.idempotent = pending.idempotent && command.idempotent();
  }
  pending.deadline = deadline;
  pending.on_reply = std::move(on_reply);
  core_->Send(std::move(pending));
}

void RedisClient::SendTransaction(const std::vector<RedisCommand>& commands, TimePoint deadline,
                                  OnReply on_reply) {
  std::vector<RedisCommand> all;
  all.reserve(commands.size() + 2);
  all.push_back(RedisCommand({"MULTI"}).Idempotent());
  all.insert(all.end(), commands.begin(), commands.end());
  all.push_back(RedisCommand({"EXEC"}).Idempotent());
  SendTogether(all, /*is_transaction=*/true, deadline,
               [on_reply = std::move(on_reply)](StatusOr<RedisReply> batch) mutable {
                 on_reply(ExecReply(std::move(batch)));
               });
}

void RedisClient::SendScript(const RedisScript& script, RedisScriptCall call, TimePoint deadline,
                             OnReply on_reply) {
  PendingCommand pending;
  if (core_->is_cluster()) {
    const StatusOr<int> slot = SlotOf(call);
    if (!slot.ok()) return on_reply(slot.status());
    pending.slot = *slot;
  }
  call.ToCommand("EVALSHA", script.sha1()).AppendTo(pending.bytes);
  pending.idempotent = call.idempotent;
  pending.deadline = deadline;
  pending.takes_errors = true;
  pending.on_reply = [this, &script, call = std::move(call), deadline,
                      on_reply = std::move(on_reply)](StatusOr<RedisReply> reply) mutable {
    if (reply.ok() && IsErrorOf(*reply, "NOSCRIPT")) {
      return Send(call.ToCommand("EVAL", script.text()), deadline, std::move(on_reply));
    }
    if (reply.ok() && reply->is_error()) reply = StatusOfError(*reply);
    on_reply(std::move(reply));
  };
  core_->Send(std::move(pending));
}

StatusOr<RedisReply> RedisClient::Call(const RedisCommand& command, TimePoint deadline) {
  return CallBy(*core_, [&](OnReply on_reply) { Send(command, deadline, std::move(on_reply)); });
}
StatusOr<RedisReply> RedisClient::CallBatch(const std::vector<RedisCommand>& commands, TimePoint deadline) {
  return CallBy(*core_, [&](OnReply on_reply) { SendBatch(commands, deadline, std::move(on_reply)); });
}
StatusOr<RedisReply> RedisClient::CallTransaction(const std::vector<RedisCommand>& commands,
                                                  TimePoint deadline) {
  return CallBy(*core_, [&](OnReply on_reply) { SendTransaction(commands, deadline, std::move(on_reply)); });
}
StatusOr<RedisReply> RedisClient::CallScript(const RedisScript& script, RedisScriptCall call,
                                             TimePoint deadline) {
  return CallBy(
      *core_, [&](OnReply on_reply) { SendScript(script, std::move(call), deadline, std::move(on_reply)); });
}

Status RedisClient::WaitUntilUp(TimePoint deadline) { return core_->WaitUntilUp(deadline); }
std::uint64_t RedisClient::LinkNumber() const { return core_->LinkNumber(); }
const RedisOptions& RedisClient::options() const { return options_; }

}  // namespace oofgg::storage
