#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/presence/presence_table.h"
#include "presence/presence_host.h"

namespace oofgg::presence {

class HubShard;

/// The shards of one hub; a user is at home in the one that the id chooses.
using HubShards = std::vector<std::shared_ptr<HubShard>>;
[[nodiscard]] std::size_t HomeOf(std::string_view user_id, std::size_t shards);

/// One table with its timer and the hosts of its connections: an actor, which one thread owns at a time. A
/// listener's call takes the shard for the work of one call on the table; what shards want of each other is
/// posted, and read by whoever owns the receiver or by the sender if nobody does. Hosts are told when the
/// shard has been let go.
class HubShard : public std::enable_shared_from_this<HubShard> {
 public:
  using ConnectionId = PresenceTable::ConnectionId;

  /// `index`: its own among all.
  HubShard(const Clock& clock, Executor& executor, PresenceTable::Options options, unsigned index);

  /// Before the first call on any of them.
  void Meet(HubShards all);

  ConnectionId Connect(std::string_view user_id, const PresenceTable::ConnectionOptions& options,
                       std::span<const std::string> friends, std::shared_ptr<PresenceHost> host, HostTag tag);
  void SetFriends(ConnectionId connection, std::span<const std::string> friends);
  void SetStatus(ConnectionId connection, const PresenceStatus& status);
  void SignOff(ConnectionId connection);
  void Close(ConnectionId connection);
  std::optional<PresenceUpdate> NextUpdate(ConnectionId connection);

  PresenceUpdate StateOf(std::string_view user_id);
  bool IsOnline(std::string_view user_id);
  bool IsCaughtUp(ConnectionId connection);
  std::string UserOf(ConnectionId connection);
  PresenceTable::Counts counts();

  /// From here on nothing happens and nobody is woken.
  void Stop();

 private:
  struct Host {
    std::shared_ptr<PresenceHost> host;
    HostTag tag = 0;
  };

  struct Ask {
    unsigned follower;
    PresenceTable::Interest interest;
  };
  using Letter = std::variant<Ask, PresenceUpdate, PresenceTable::Farewell>;

  /// What is to be done once the shard has been let go.
  struct Aftermath {
    std::vector<Host> wake;
    std::vector<std::pair<Host, Status>> finish;
    Host dropped;  ///< May be the last reference.
    HubShards written_to;
  };

  /// Owns the shard for `work`, which gets the aftermath and is left out once stopped.
  template <typename Work>
  void Own(Work work);
  void Post(Letter letter);
  /// Unless another thread owns the shard, who will.
  void ReadLetters();
  void ReadLettersLocked();

  void CollectLocked(Aftermath& aftermath);
  void WriteLettersLocked(Aftermath& aftermath);
  void ArmTimerLocked();
  void OnTimer();
  Host TakeHostLocked(ConnectionId connection);
  void Perform(const Aftermath& aftermath);

  const Clock& clock_;
  Executor& executor_;
  const unsigned index_;

  std::mutex mutex_;  ///< Whoever holds it owns the shard.
  bool stopped_ = false;
  PresenceTable table_;
  std::deque<Host> hosts_;  ///< By slot; a vector would hold twice that while it grows.
  HubShards all_;
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;

  std::mutex letters_mutex_;  ///< A leaf.
  std::vector<Letter> letters_;
  std::atomic<bool> has_letters_{false};
};

}  // namespace oofgg::presence
