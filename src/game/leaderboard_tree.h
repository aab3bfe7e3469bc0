#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "game/leaderboard_nodes.h"

namespace oofgg::game {

/// Ranks members by value, the highest first; of equal values the lower `order`, that is the earlier one.
///
/// A counted B+ tree: leaves hold entries in rank order, inner nodes know how many lie below each child, and
/// a hash map leads from a member to its leaf. Submit, rank and reaching any rank cost O(log n), a page
/// O(log n + its length). 40 to 55 bytes an entry (docs/decisions/0011-leaderboard-structure.md).
///
/// Members are numbers given by the owner, who knows what they stand for. Pure: no clock, no I/O, no lock.
/// Threads: one at a time.
class LeaderboardTree {
 public:
  struct Entry {
    std::uint32_t member = 0;
    std::int64_t value = 0;
    std::int64_t order = 0;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  LeaderboardTree();

  /// Keeps the better of `entry` and what its member had: the higher value, of equals the lower order. So
  /// entries may come in any order, and again. True if the entry is now the member's. No two entries of
  /// different members may have the same value and order.
  bool Submit(const Entry& entry);

  /// Takes a member off the board. False: it was not on it.
  bool Remove(std::uint32_t member);

  /// What the member has; nothing if it is not on the board.
  [[nodiscard]] std::optional<Entry> Find(std::uint32_t member) const;

  /// The member's rank from 0; nothing if it is not on the board.
  [[nodiscard]] std::optional<std::size_t> RankOf(std::uint32_t member) const;

  /// How many entries rank at or before the place of (`value`, `order`), whether or not it is taken.
  [[nodiscard]] std::size_t CountUpTo(std::int64_t value, std::int64_t order) const;

  /// At most `count` entries from rank `first` (from 0) on.
  [[nodiscard]] std::vector<Entry> Page(std::size_t first, std::size_t count) const;

  [[nodiscard]] std::size_t size() const { return leaf_of_.size(); }

  /// What the board holds in memory, in bytes.
  [[nodiscard]] std::size_t MemoryUsage() const;

 private:
  struct Position {
    std::uint32_t leaf;
    std::uint32_t slot;
  };

  [[nodiscard]] Position PositionOf(std::uint32_t member) const;
  void Insert(const Entry& entry);
  void Erase(Position position);
  void GrowRoot();
  void SplitChild(std::uint32_t parent, std::uint32_t index, bool appending);
  std::uint32_t SplitLeaf(std::uint32_t leaf, bool appending);
  std::uint32_t SplitInner(std::uint32_t inner, bool appending);
  void Shrink(std::uint32_t parent, std::uint32_t index);
  bool MergeChildren(std::uint32_t parent, std::uint32_t left_index);
  void DropChild(std::uint32_t parent, std::uint32_t index);

  NodePool<LeaderboardLeaf> leaves_;
  NodePool<LeaderboardInner> inners_;
  std::uint32_t root_;  // Always an inner node; of level 1 when its children are leaves.
  std::uint32_t last_leaf_;
  absl::flat_hash_map<std::uint32_t, std::uint32_t> leaf_of_;
};

}  // namespace oofgg::game
