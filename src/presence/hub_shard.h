#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oofgg/clock.h"
#include "oofgg/executor.h"
#include "oofgg/presence/presence_table.h"
#include "presence/presence_host.h"

namespace oofgg::presence {

/// One table with its lock, its timer and the hosts of its connections. Every method does its work on the
/// table under the lock, then wakes whom that concerns without it.
class HubShard : public std::enable_shared_from_this<HubShard> {
 public:
  using ConnectionId = PresenceTable::ConnectionId;

  HubShard(const Clock& clock, Executor& executor, PresenceTable::Options options);

  ConnectionId Connect(std::string_view user_id, const PresenceTable::ConnectionOptions& options,
                       std::span<const std::string> friends, std::shared_ptr<PresenceHost> host, HostTag tag);
  void SetFriends(ConnectionId connection, std::span<const std::string> friends);
  void SetStatus(ConnectionId connection, const PresenceStatus& status);
  void SignOff(ConnectionId connection);
  void Close(ConnectionId connection);
  std::optional<PresenceUpdate> NextUpdate(ConnectionId connection);

  PresenceUpdate StateOf(std::string_view user_id) const;
  bool IsOnline(std::string_view user_id) const;
  std::string UserOf(ConnectionId connection) const;
  PresenceTable::Counts counts() const;

  /// From here on nothing happens and nobody is woken.
  void Stop();

 private:
  struct Host {
    std::shared_ptr<PresenceHost> host;
    HostTag tag = 0;
  };

  /// What is to be done once the lock is released.
  struct Aftermath {
    std::vector<Host> wake;
    std::vector<std::pair<Host, Status>> finish;
    Host dropped;  ///< May be the last reference: not under the lock.
  };

  Aftermath CollectLocked();
  void ArmTimerLocked();
  void OnTimer();
  Host TakeHostLocked(ConnectionId connection);
  static void Perform(const Aftermath& aftermath);

  const Clock& clock_;
  Executor& executor_;
  mutable std::mutex mutex_;
  bool stopped_ = false;
  PresenceTable table_;
  std::deque<Host> hosts_;  ///< By slot; a vector would hold twice that while it grows.
  TimePoint timer_at_ = kNever;
  ScopedTimer timer_;
};

}  // namespace oofgg::presence
