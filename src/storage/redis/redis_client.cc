#include "storage/redis/redis_client.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include "storage/redis/command_queue.h"
#include "storage/redis/link.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage {
namespace {

using redis::PendingCommand;

/// Whether waiting may heal it.
bool Passes(const Status& status) { return status.code() == StatusCode::kUnavailable; }

/// Sentinels, as a server to subscribe to: their own protocol is that of Redis.
RedisOptions ForSentinels(RedisOptions options) {
  options.url.master_name.clear();
  options.url.user.clear();
  options.url.password.clear();
  options.url.password_file.clear();
  options.url.database = 0;
  return options;
}

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

}  // namespace

class RedisClient::Impl final : public redis::LinkUser {
 public:
  explicit Impl(RedisOptions options)
      : options_(std::move(options)),
        queue_(options_.max_commands, options_.max_command_bytes, options_.url.has_sentinel()),
        link_(*this, options_) {
    if (options_.url.has_sentinel()) FollowMaster();
  }
  ~Impl() override { Shutdown(); }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  void Shutdown() {
    std::call_once(shut_down_, [this] {
      sentinels_.reset();
      link_.Stop();
      {
        const std::lock_guard lock(mutex_);
        link_number_ = 0;
        no_link_ = MakeStatus(StatusCode::kCancelled, "the Redis client is shutting down");
      }
      changed_.notify_all();
      queue_.Cancel();
    });
  }

  void Send(PendingCommand command) {
    if (command.replies == 0) {
      command.on_reply(InvalidField("commands", "are none; a batch holds at least one"));
    } else if (const Status refused = queue_.Push(command); refused.ok()) {
      link_.Wake();
    } else {
      command.on_reply(refused);
    }
  }

  template <typename SendIt>
  StatusOr<RedisReply> CallBy(SendIt&& send) {
    if (link_.OnItsThread()) {
      return MakeStatus(
          StatusCode::kFailedPrecondition,
          "a blocking call to Redis inside one of its callbacks would wait for itself; use Send");
    }
    Waiter waiter;
    send(waiter.Callback());
    return waiter.Wait();
  }

  Status WaitUntilUp(TimePoint deadline) {
    std::unique_lock lock(mutex_);
    const auto is_settled = [this] { return link_number_ != 0 || !Passes(no_link_); };
    changed_.wait_until(lock, deadline, is_settled);
    return link_number_ != 0 ? absl::OkStatus() : no_link_;
  }

  std::uint64_t LinkNumber() const {
    const std::lock_guard lock(mutex_);
    return link_number_;
  }
  const RedisOptions& options() const { return options_; }

  void OnUp(const HostPort& server) override {
    queue_.Open();
    {
      const std::lock_guard lock(mutex_);
      link_number_ = ++links_;
      server_ = server;
    }
    changed_.notify_all();
  }
  void OnDown(const Status& why) override {
    {
      const std::lock_guard lock(mutex_);
      link_number_ = 0;
      no_link_ = why;
    }
    queue_.Close(why);
  }
  void OnNoLink(const Status& why) override {
    {
      const std::lock_guard lock(mutex_);
      no_link_ = why;
    }
    changed_.notify_all();
    queue_.Close(why);
  }
  Status OnReply(RedisReply reply) override { return queue_.Answer(std::move(reply)); }
  void Fill(std::string& out) override { queue_.Fill(out); }
  void AddPing(std::string& out) override { queue_.AddPing(out); }
  TimePoint OnTime(TimePoint now) override { return queue_.Tick(now); }

 private:
  /// Sentinel tells of a new master sooner than a silent old one is given up.
  void FollowMaster() {
    sentinels_ = std::make_unique<RedisSubscriber>(ForSentinels(options_));
    master_watch_ = sentinels_->Subscribe("+switch-master", [this](std::string_view message) {
      if (MovesMaster(message)) link_.Redial();
    });
  }

  /// Of "NAME OLD-HOST OLD-PORT NEW-HOST NEW-PORT": whether it is about ours, and not where we are already.
  bool MovesMaster(std::string_view message) const {
    const std::string& name = options_.url.master_name;
    if (!message.starts_with(name + " ")) return false;
    const std::lock_guard lock(mutex_);
    return !message.ends_with(" " + server_.host + " " + std::to_string(server_.port));
  }

  const RedisOptions options_;
  redis::CommandQueue queue_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::uint64_t links_ = 0;
  std::uint64_t link_number_ = 0;
  Status no_link_ = MakeStatus(StatusCode::kUnavailable, "not connected to Redis yet");
  HostPort server_;

  std::once_flag shut_down_;
  std::unique_ptr<RedisSubscriber> sentinels_;
  RedisSubscription master_watch_;
  redis::Link link_;  // Last: its thread uses the others.
};

RedisClient::RedisClient(RedisOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
RedisClient::~RedisClient() = default;

StatusOr<std::unique_ptr<RedisClient>> RedisClient::Connect(RedisOptions options, TimePoint deadline) {
  auto client = std::make_unique<RedisClient>(std::move(options));
  OOFGG_RETURN_IF_ERROR(client->WaitUntilUp(deadline));
  return client;
}

void RedisClient::Shutdown() { impl_->Shutdown(); }

void RedisClient::Send(const RedisCommand& command, TimePoint deadline, OnReply on_reply) {
  PendingCommand pending;
  command.AppendTo(pending.bytes);
  pending.idempotent = command.idempotent();
  pending.deadline = deadline;
  pending.on_reply = std::move(on_reply);
  impl_->Send(std::move(pending));
}

void RedisClient::SendBatch(const std::vector<RedisCommand>& commands, TimePoint deadline, OnReply on_reply) {
  PendingCommand pending;
  pending.is_batch = true;
  pending.replies = commands.size();
  pending.idempotent = true;
  for (const RedisCommand& command : commands) {
    command.AppendTo(pending.bytes);
    pending.idempotent = pending.idempotent && command.idempotent();
  }
  pending.deadline = deadline;
  pending.on_reply = std::move(on_reply);
  impl_->Send(std::move(pending));
}

void RedisClient::SendTransaction(const std::vector<RedisCommand>& commands, TimePoint deadline,
                                  OnReply on_reply) {
  std::vector<RedisCommand> all;
  all.reserve(commands.size() + 2);
  all.push_back(RedisCommand({"MULTI"}).Idempotent());
  all.insert(all.end(), commands.begin(), commands.end());
  all.push_back(RedisCommand({"EXEC"}).Idempotent());
  SendBatch(all, deadline, [on_reply = std::move(on_reply)](StatusOr<RedisReply> batch) mutable {
    on_reply(ExecReply(std::move(batch)));
  });
}

void RedisClient::SendScript(const RedisScript& script, RedisScriptCall call, TimePoint deadline,
                             OnReply on_reply) {
  PendingCommand pending;
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
  impl_->Send(std::move(pending));
}

StatusOr<RedisReply> RedisClient::Call(const RedisCommand& command, TimePoint deadline) {
  return impl_->CallBy([&](OnReply on_reply) { Send(command, deadline, std::move(on_reply)); });
}
StatusOr<RedisReply> RedisClient::CallBatch(const std::vector<RedisCommand>& commands, TimePoint deadline) {
  return impl_->CallBy([&](OnReply on_reply) { SendBatch(commands, deadline, std::move(on_reply)); });
}
StatusOr<RedisReply> RedisClient::CallTransaction(const std::vector<RedisCommand>& commands,
                                                  TimePoint deadline) {
  return impl_->CallBy([&](OnReply on_reply) { SendTransaction(commands, deadline, std::move(on_reply)); });
}
StatusOr<RedisReply> RedisClient::CallScript(const RedisScript& script, RedisScriptCall call,
                                             TimePoint deadline) {
  return impl_->CallBy(
      [&](OnReply on_reply) { SendScript(script, std::move(call), deadline, std::move(on_reply)); });
}

Status RedisClient::WaitUntilUp(TimePoint deadline) { return impl_->WaitUntilUp(deadline); }
std::uint64_t RedisClient::LinkNumber() const { return impl_->LinkNumber(); }
const RedisOptions& RedisClient::options() const { return impl_->options(); }

}  // namespace oofgg::storage
