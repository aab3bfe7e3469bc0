#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "storage/redis/command_queue.h"
#include "storage/redis/link.h"

namespace oofgg::storage::redis {

class ClusterNode;

/// Who has nodes. Called on their threads, on several at once.
class ClusterNodeOwner : public OutcomeSink {
 public:
  virtual void OnNodeUp() = 0;
  /// Told before any command of the lost link hears of it.
  virtual void OnNodeDown(const Status& why) = 0;
  /// A command that nothing came of so far, and that may be sent again.
  virtual void OnHandedBack(PendingCommand command) = 0;
};

/// One master of a cluster: a link, and the commands on it.
class ClusterNode final : public LinkUser, public OutcomeSink {
 public:
  /// `owner` outlives it; `options` are those of the cluster.
  ClusterNode(ClusterNodeOwner& owner, RedisOptions options, HostPort address);

  [[nodiscard]] const HostPort& address() const { return address_; }
  /// Whether there is a link. Threads: any.
  [[nodiscard]] bool is_up() const { return up_; }
  /// As `CommandQueue::Push`. Threads: any.
  [[nodiscard]] Status Send(PendingCommand& command);

  /// How it is let go: once nothing is owed or nobody is there, `BeginToStop`; once it has ended, `Retire`.
  [[nodiscard]] bool is_done() const { return !up_ || queue_.IsIdle(); }
  void BeginToStop() { link_.BeginToStop(); }
  [[nodiscard]] bool has_ended() const { return link_.has_ended(); }
  /// Waits for its thread.
  void Retire(const Status& why);
  /// Instead: ends everything with kCancelled.
  void Cancel();

  void OnUp(const HostPort& server) override;
  void OnDown(const Status& why) override;
  void OnNoLink(const Status& why) override;
  [[nodiscard]] Status OnReply(RedisReply reply) override;
  void Fill(std::string& out) override { queue_.Fill(out); }
  void AddPing(std::string& out) override { queue_.AddPing(out); }
  [[nodiscard]] TimePoint OnTime(TimePoint now) override { return queue_.Tick(now); }
  void OnOutcome(PendingCommand command, StatusOr<RedisReply> outcome) override;

 private:
  void Close(const Status& why);

  ClusterNodeOwner& owner_;
  const HostPort address_;
  CommandQueue queue_;
  std::atomic<bool> up_ = false;
  Link link_;  // Last: its thread uses the others.
};

}  // namespace oofgg::storage::redis
