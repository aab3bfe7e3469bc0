#pragma once

#include <absl/functional/any_invocable.h>

#include <atomic>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/status.h"
#include "storage/redis/redis_reply.h"

namespace oofgg::storage::redis {

/// One or more commands that stand together, and who waits for what Redis says.
struct PendingCommand {
  std::string bytes;          ///< In RESP.
  std::size_t replies = 1;    ///< How many it gets.
  bool is_batch = false;      ///< They are gathered in an array.
  bool takes_errors = false;  ///< An error reply comes as it is, not as a status.
  bool idempotent = false;
  TimePoint deadline = kNever;
  absl::AnyInvocable<void(StatusOr<RedisReply>)> on_reply;  ///< Empty once it has been told.

  std::vector<RedisReply> gathered;  ///< Of a batch, so far.

  // In a cluster:
  static constexpr int kAnySlot = -1;
  int slot = kAnySlot;
  bool is_transaction = false;  ///< MULTI … EXEC, to be redirected as one.
  bool patient = false;  ///< None of it has been carried out, so it waits for a link, once, as if idempotent.
  bool is_detour = false;            ///< Says ASKING first; goes to the node that was named, or to none.
  int redirects = 0;                 ///< So far.
  int refusals = 0;                  ///< "Later", so far.
  std::size_t charged_commands = 0;  ///< How it counts towards the client's bounds.
  std::size_t charged_bytes = 0;
};

/// Where the outcomes of commands go in a cluster instead of to their callbacks: an error may mean that
/// another node is to be asked. Called on the link's thread; errors come as replies.
class OutcomeSink {
 public:
  virtual ~OutcomeSink() = default;
  virtual void OnOutcome(PendingCommand command, StatusOr<RedisReply> outcome) = 0;
};

/// From those who send to the link and back: commands that wait to be written, and those written and not
/// answered, in order. A command whose deadline has passed while its answer is owed keeps its place, so that
/// the late answer is not taken for another's. Threads: `Push` from any; all else on the link's thread.
/// Callbacks run inside the methods, with no lock held.
class CommandQueue {
 public:
  /// With `leave_replicas`, a server that answers READONLY (a master once) ends the connection.
  CommandQueue(std::size_t max_commands, std::size_t max_bytes, bool leave_replicas,
               OutcomeSink* sink = nullptr)
      : max_commands_(max_commands), max_bytes_(max_bytes), leave_replicas_(leave_replicas), sink_(sink) {}

  /// Takes the command. kResourceExhausted if there are too many, kCancelled after `Cancel`; it is untouched
  /// then.
  [[nodiscard]] Status Push(PendingCommand& command);

  /// The link is there; `Fill` may write.
  void Open();
  /// The link is lost, or could not be made: who must not be sent twice hears so, the others wait for the
  /// next.
  void Close(const Status& why);

  /// Moves commands to `out`, up to a good size for one write.
  void Fill(std::string& out);
  /// A PING in its place, for which nobody waits.
  void AddPing(std::string& out);
  /// Hands a reply to whom it belongs. An error means that this connection is of no more use.
  [[nodiscard]] Status Answer(RedisReply reply);
  /// Ends what is late, and, without a link, what will not wait for one. Returns when there is more to do.
  [[nodiscard]] TimePoint Tick(TimePoint now);
  /// Ends all, for good. Once the link's thread has ended.
  void Cancel();

  /// After `Close`: takes away what waits for the next link.
  [[nodiscard]] std::vector<PendingCommand> TakeWaiting();
  /// Like `Cancel`, but only what was written, and must not be sent twice, is told of the end; the rest is
  /// handed back.
  [[nodiscard]] std::vector<PendingCommand> Retire(const Status& why);
  /// Whether nothing waits or is owed. Threads: any.
  [[nodiscard]] bool IsIdle() const { return commands_ == 0; }

 private:
  void TakePushed();
  void Finish(PendingCommand& command, StatusOr<RedisReply> outcome);
  void Forget(const PendingCommand& command);
  void ExpireOverdue(TimePoint now);

  const std::size_t max_commands_;
  const std::size_t max_bytes_;
  const bool leave_replicas_;
  OutcomeSink* const sink_;
  std::atomic<std::size_t> commands_ = 0;
  std::atomic<std::size_t> bytes_ = 0;

  std::mutex mutex_;
  std::vector<PendingCommand> pushed_;  // Guarded by mutex_.
  bool cancelled_ = false;              // Guarded by mutex_.

  bool open_ = false;
  Status closed_because_ = MakeStatus(StatusCode::kUnavailable, "not connected to Redis yet");
  std::vector<PendingCommand> taken_;  // Between `pushed_` and `waiting_`; kept for its memory.
  std::deque<PendingCommand> waiting_;
  std::deque<PendingCommand> written_;
  TimePoint earliest_deadline_ = kNever;  // No later than the earliest of all.
};

}  // namespace oofgg::storage::redis
