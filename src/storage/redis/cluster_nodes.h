#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "storage/redis/cluster_node.h"
#include "storage/redis/slot_ranges.h"

namespace oofgg::storage::redis {

/// The nodes of a cluster that we have links to, and which of them serves a slot. Threads: safe, but for what
/// says that it is the owner's, which is one thread.
class ClusterNodes {
 public:
  using NodePtr = std::shared_ptr<ClusterNode>;

  /// `owner` outlives it.
  ClusterNodes(ClusterNodeOwner& owner, RedisOptions options);

  /// The master of a slot, of `kAnySlot` any that is up; null if there is none.
  [[nodiscard]] NodePtr MasterOf(int slot);
  /// What the client promises of the same names.
  [[nodiscard]] std::uint64_t LinkNumber() const;
  [[nodiscard]] Status WaitUntilUp(TimePoint deadline);
  /// Why there is no link.
  [[nodiscard]] Status Trouble() const;

  void NoteUp();
  void NoteDown(const Status& why);
  /// Nobody knows the masters.
  void NoteNoTable(const Status& why);

  // The owner's:

  /// Takes over who serves what; begins links to new masters, and lets go who is none.
  void Apply(const SlotRanges& slots);
  /// The same for one slot.
  void Move(std::uint16_t slot, const HostPort& to);
  /// Whoever is there, which need not be a master of a slot yet; null if there are too many.
  [[nodiscard]] NodePtr NodeAt(const HostPort& address, TimePoint now);
  /// Ends who has nothing more to do, or does nothing any more. Says when to look again.
  [[nodiscard]] TimePoint LetGo(TimePoint now);
  /// Whether a master has no link.
  [[nodiscard]] bool IsIncomplete() const;
  /// Ends all with kCancelled, for good.
  void Cancel();

 private:
  struct Guest {
    NodePtr node;
    TimePoint used_at;
  };

  struct Leaving {
    NodePtr node;
    TimePoint since;
  };

  void Dismiss(const NodePtr& node);
  [[nodiscard]] NodePtr FindOrMake(const HostPort& address);
  void SetOwner(std::size_t slot, const NodePtr& node, bool& changed);
  void Count();

  ClusterNodeOwner& owner_;
  const RedisOptions options_;
  std::vector<Leaving> leaving_;  // The owner's.

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::vector<NodePtr> masters_;
  std::vector<NodePtr> owners_;  // By slot.
  std::vector<Guest> guests_;    // Asked because another node said so (ASK).
  std::size_t turn_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t link_number_ = 0;
  Status trouble_ = MakeStatus(StatusCode::kUnavailable, "not connected to the Redis Cluster yet");
};

}  // namespace oofgg::storage::redis
