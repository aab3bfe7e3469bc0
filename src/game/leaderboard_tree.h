#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "game/leaderboard_nodes.h"
#include "game/number_index.h"

namespace oofgg::game {

/// Which of two entries of a member stays on a board.
enum class LeaderboardKeep : std::uint8_t {
  kBest,    ///< The one that ranks first.
  kNewest,  ///< The one of the higher order.
};

/// Ranks members by value, the highest first; of equal values the lower `order`, that is the earlier one.
///
/// A counted B+ tree: leaves hold entries in rank order, inner nodes know how many lie below each child, and
/// an index leads from a member to its leaf. Submit, rank and reaching any rank cost O(log n), a page
/// O(log n + its length). 32 to 40 bytes an entry (docs/decisions/0011-leaderboard-structure.md).
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

  /// A board of these entries, which are in rank order, of different members. Many times faster than
  /// submitting them; needs 16 bytes an entry meanwhile.
  explicit LeaderboardTree(LeaderboardKeep keep = LeaderboardKeep::kBest,
                           std::span<const Entry> entries = {});

  /// Keeps one of `entry` and what its member had, as the board keeps. So entries may come in any order, and
  /// again. True if the entry is now the member's. No two entries of different members may have the same
  /// value and order.
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

  struct Child {
    std::uint32_t node;
    std::uint32_t count;  // Entries below it.
    LeaderboardKey first;
  };

  std::vector<Child> MakeLeaves(std::span<const Entry> entries);
  std::vector<Child> MakeInners(std::uint32_t level, std::span<const Child> children);
  [[nodiscard]] Position PositionOf(std::uint32_t member) const;
  [[nodiscard]] Position PositionIn(std::uint32_t leaf, std::uint32_t member) const;
  [[nodiscard]] std::uint32_t LeafFor(const LeaderboardKey& key) const;
  void Insert(const Entry& entry, bool indexed);
  void EraseAt(Position position);
  void GrowRoot();
  void MakeRoom(std::uint32_t parent, std::uint32_t index, bool appending);
  bool ShareLeaves(std::uint32_t parent, std::uint32_t left_index);
  void SpreadLeaves(std::uint32_t parent, std::uint32_t left_index);
  void SplitChild(std::uint32_t parent, std::uint32_t index, bool appending);
  std::uint32_t MakeLeafAfter(std::uint32_t left);
  std::uint32_t MakeInnerAfter(std::uint32_t left, std::uint32_t moved);
  void Relocated(std::uint32_t leaf, std::uint32_t begin, std::uint32_t end);
  void Adopt(std::uint32_t inner, std::uint32_t begin);
  void Shrink(std::uint32_t parent, std::uint32_t index);
  bool MergeChildren(std::uint32_t parent, std::uint32_t left_index);
  bool DissolveLeaf(std::uint32_t parent, std::uint32_t index);
  void DropChild(std::uint32_t parent, std::uint32_t index);

  const LeaderboardKeep keep_;
  NodePool<LeaderboardLeaf> leaves_;
  NodePool<LeaderboardInner> inners_;
  std::uint32_t root_;  // Always an inner node; of level 1 when its children are leaves.
  std::uint32_t last_leaf_;
  NumberIndex leaf_of_;
};

}  // namespace oofgg::game
