#pragma once

#include <absl/container/inlined_vector.h>

#include <atomic>
#include <deque>
#include <functional>
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
#include "presence/instances/instance_tables.h"
#include "presence/presence_host.h"

namespace oofgg::presence {

class HubShard;
class InstanceLink;

/// The shards of one hub; a user is at home in the one that the id chooses.
using HubShards = std::vector<std::shared_ptr<HubShard>>;
[[nodiscard]] std::size_t HomeOf(std::string_view user_id, std::size_t shards);

/// One table with its timer and the hosts of its connections: an actor, which one thread owns at a time.
/// Nobody waits for it to change something, unless hundreds have left calls there already: if it is free the
/// caller owns it for one call on the table, else the call is left in its mailbox, as is what shards want of
/// each other, and read by whoever owns it or by the sender if nobody does any more. What one thread asks is
/// done in order. Hosts are told when the shard has been let go.
class HubShard : public std::enable_shared_from_this<HubShard> {
 public:
  using ConnectionId = PresenceTable::ConnectionId;

  /// `index`: its own among all.
  HubShard(const Clock& clock, Executor& executor, PresenceTable::Options options, unsigned index);

  /// Before the first call on any of them. `instances`: the way to others; null: there are none.
  void Meet(HubShards all, std::shared_ptr<InstanceLink> instances);

  ConnectionId Connect(std::string_view user_id, const PresenceTable::ConnectionOptions& options,
                       std::span<const std::string> friends, std::shared_ptr<PresenceHost> host, HostTag tag);
  void RequireUser(ConnectionId connection, std::string_view user_id);
  void SetFriends(ConnectionId connection, std::span<const std::string> friends);
  void SetStatus(ConnectionId connection, const PresenceStatus& status);
  void SignOff(ConnectionId connection);
  void Close(ConnectionId connection);

  // Nothing and false if another thread owns the shard; the host is woken then when it has been let go.
  std::optional<PresenceUpdate> NextUpdate(ConnectionId connection);
  bool IsCaughtUp(ConnectionId connection);

  // These wait while another thread owns the shard.
  PresenceUpdate StateOf(std::string_view user_id);
  bool IsOnline(std::string_view user_id);
  PresenceTable::Counts counts();

  /// Of other instances, in order. To be followed by `ReadLetters`, once nothing is locked.
  void PostFromInstances(TableLetter::Content letter) { Post(std::move(letter)); }
  /// Unless another thread owns the shard, who will.
  void ReadLetters();

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
  struct Aftermath;
  /// A call that found the shard owned by another.
  using Command = std::function<void(HubShard&, Aftermath&)>;
  using Letter = std::variant<Ask, PresenceUpdate, PresenceTable::Farewell, Command, TableLetter::Content>;

  /// What is to be done once the shard has been let go.
  struct Aftermath {
    std::vector<Host> wake;
    std::vector<std::pair<Host, Status>> finish;
    absl::InlinedVector<Host, 1> dropped;  ///< May be the last references.
    HubShards written_to;
    bool told_instances = false;
  };

  enum class Patience { kLittle, kAsLongAsItTakes };
  /// Owns the shard for `work`, which gets the aftermath and is left out once stopped. False: another owns
  /// it.
  template <typename Work>
  bool Own(Patience patience, Work work);
  /// Has it done, now if possible. What the caller lends is copied if it has to wait.
  template <typename... Parameters, typename... Arguments>
  void Do(void (HubShard::*work)(Aftermath&, Parameters...), const Arguments&... arguments);
  /// The answer of `question` and true, or nothing and false, with the connection's host woken later.
  template <typename Question>
  bool AskOrWake(ConnectionId connection, Question question);

  void ConnectLocked(Aftermath& aftermath, ConnectionId reserved, std::string_view user_id,
                     const PresenceTable::ConnectionOptions& options, std::span<const std::string> friends,
                     Host host);
  void RequireUserLocked(Aftermath& aftermath, ConnectionId connection, std::string_view user_id);
  void SetFriendsLocked(Aftermath& aftermath, ConnectionId connection, std::span<const std::string> friends);
  void SetStatusLocked(Aftermath& aftermath, ConnectionId connection, const PresenceStatus& status);
  void SignOffLocked(Aftermath& aftermath, ConnectionId connection);
  void CloseLocked(Aftermath& aftermath, ConnectionId connection);
  void AdvanceLocked(Aftermath& aftermath);
  void WakeLocked(Aftermath& aftermath, ConnectionId connection);

  std::optional<ConnectionId> TakeReserved();
  void ReserveLocked();
  void Post(Letter letter);
  /// False: too many lie there.
  bool Leave(Command command);
  void ReadLettersLater();
  bool TryRead(Aftermath& aftermath);
  void ReadLettersLocked(Aftermath& aftermath);
  void ReadLetterLocked(Aftermath& aftermath, const Letter& letter);
  void FinishEvictedLocked(Aftermath& aftermath);
  void TellInstancesLocked(Aftermath& aftermath);

  void CollectLocked(Aftermath& aftermath);
  void WriteLettersLocked(Aftermath& aftermath);
  void ArmTimerLocked();
  Host TakeHostLocked(ConnectionId connection);
  void EndLocked(Aftermath& aftermath, ConnectionId connection, Status why);
  void Settle(Aftermath aftermath);
  static void Tell(const Aftermath& aftermath);

  const Clock& clock_;
  Executor& executor_;
  const unsigned index_;

  std::mutex mutex_;  ///< Whoever holds it owns the shard.
  bool stopped_ = false;
  PresenceTable table_;
  std::deque<Host> hosts_;  ///< By slot; a vector would hold twice that while it grows.
  HubShards all_;
  std::shared_ptr<InstanceLink> instances_;      ///< Does not change once they have met.
  std::vector<std::uint64_t> registered_again_;  ///< Rounds to be reported.
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;

  std::mutex letters_mutex_;  ///< A leaf.
  std::vector<Letter> letters_;
  std::size_t commands_ = 0;            ///< Among them.
  std::vector<ConnectionId> reserved_;  ///< Names for those who connect while another owns the shard.
  std::atomic<bool> has_letters_{false};
};

}  // namespace oofgg::presence
