#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "presence/records.h"
#include "presence/slab.h"
#include "presence/user_registry.h"

namespace oofgg::presence {

/// Who watches whom, from both ends, and for each connection the queue of listed users whose state it has
/// not been told. Each end of a friendship knows where the other is, so that cutting one is O(1) even from
/// a user whom a hundred thousand watch.
class WatchGraph {
 public:
  WatchGraph(UserRegistry& users, Slab<ConnectionRecord>& connections)
      : users_(users), connections_(connections) {}

  /// Makes `friends` (sorted, no repeats) the connection's list; queues what it does not know of them.
  /// Users whom nothing refers to any more are forgotten.
  void Replace(ConnectionSlot connection, std::span<const UserHandle> friends);

  /// Whether the connection lists the user.
  [[nodiscard]] bool Lists(ConnectionSlot connection, UserHandle user) const;

  /// Whether what they show is known of all whom it lists.
  [[nodiscard]] bool KnowsAll(ConnectionSlot connection) const;

  /// Queues the watcher's friendship for telling; nothing if it is queued.
  void QueueChange(ConnectionSlot connection, std::uint32_t index);

  /// What the connection knows of an online user is not what the user shows any more.
  void OutdateStatus(ConnectionSlot connection, std::uint32_t index);

  /// The next queued user of whom the connection believes something else than what is true, now counted as
  /// told; kNone if there is none.
  UserHandle TakeChange(ConnectionSlot connection);

  [[nodiscard]] std::size_t friendships() const { return friendships_; }

 private:
  void Link(ConnectionSlot connection, Watch& watch);
  void Unlink(const Watch& watch);
  void Requeue(ConnectionSlot connection);

  UserRegistry& users_;
  Slab<ConnectionRecord>& connections_;
  std::size_t friendships_ = 0;
};

}  // namespace oofgg::presence
