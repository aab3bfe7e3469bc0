#include "storage/redis/single_client.h"

#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>

#include "storage/redis/command_queue.h"
#include "storage/redis/link.h"
#include "storage/redis/redis_subscriber.h"

namespace oofgg::storage::redis {
namespace {

/// Sentinels, as a server to subscribe to: their own protocol is that of Redis.
RedisOptions ForSentinels(RedisOptions options) {
  options.url.master_name.clear();
  options.url.user.clear();
  options.url.password.clear();
  options.url.password_file.clear();
  options.url.database = 0;
  return options;
}

class SingleClient final : public ClientCore, public LinkUser {
 public:
  explicit SingleClient(RedisOptions options)
      : options_(std::move(options)),
        queue_(options_.max_commands, options_.max_command_bytes, options_.url.has_sentinel()),
        link_(*this, options_) {
    if (options_.url.has_sentinel()) FollowMaster();
  }
  ~SingleClient() override { SingleClient::Shutdown(); }
  SingleClient(const SingleClient&) = delete;
  SingleClient& operator=(const SingleClient&) = delete;

  void Shutdown() override {
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

  void Send(PendingCommand command) override {
    if (const Status refused = queue_.Push(command); refused.ok()) {
      link_.Wake();
    } else {
      command.on_reply(refused);
    }
  }
  bool OnItsThread() const override { return link_.OnItsThread(); }

  Status WaitUntilUp(TimePoint deadline) override {
    std::unique_lock lock(mutex_);
    const auto is_settled = [this] { return link_number_ != 0 || !MayPass(no_link_); };
    changed_.wait_until(lock, deadline, is_settled);
    return link_number_ != 0 ? absl::OkStatus() : no_link_;
  }

  std::uint64_t LinkNumber() const override {
    const std::lock_guard lock(mutex_);
    return link_number_;
  }

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
  CommandQueue queue_;
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
  Link link_;  // Last: its thread uses the others.
};

}  // namespace

std::unique_ptr<ClientCore> MakeSingleClient(RedisOptions options) {
  return std::make_unique<SingleClient>(std::move(options));
}

}  // namespace oofgg::storage::redis
