#include "game/leaderboard_tree.h"

#include <algorithm>

namespace oofgg::game {
namespace {

using Leaf = LeaderboardLeaf;
using Inner = LeaderboardInner;
using Key = LeaderboardKey;

// A node that shrank below this looks for a neighbour to merge with; the result must leave room to grow,
// or the next insertions would split it again.
constexpr std::uint32_t kSparse = 24;
constexpr std::uint32_t kMergedAtMost = 52;
static_assert(Leaf::kCapacity == Inner::kCapacity, "one pair of limits serves both kinds of node");

// Where a full node is cut. Scores that come in rank order, as from a rebuild, always land at the end: then
// the left node is left nearly full, instead of half empty for ever.
constexpr std::uint32_t CutOf(bool appending) {
  return appending ? Leaf::kCapacity * 15 / 16 : Leaf::kCapacity / 2;
}

}  // namespace

LeaderboardTree::LeaderboardTree() : root_(inners_.Make()), last_leaf_(leaves_.Make()) {
  leaves_[last_leaf_].parent = root_;
  inners_[root_].InsertAt(0, Key{}, last_leaf_, 0);
}

bool LeaderboardTree::Submit(const Entry& entry) {
  if (leaf_of_.contains(entry.member)) {
    const Position position = PositionOf(entry.member);
    if (!(Key{entry.value, entry.order} < leaves_[position.leaf].keys[position.slot])) return false;
    Erase(position);
  }
  Insert(entry);
  return true;
}

bool LeaderboardTree::Remove(std::uint32_t member) {
  if (!leaf_of_.contains(member)) return false;
  Erase(PositionOf(member));
  return true;
}

std::optional<LeaderboardTree::Entry> LeaderboardTree::Find(std::uint32_t member) const {
  if (!leaf_of_.contains(member)) return std::nullopt;
  const Position position = PositionOf(member);
  const Key& key = leaves_[position.leaf].keys[position.slot];
  return Entry{member, key.value, key.order};
}

std::optional<std::size_t> LeaderboardTree::RankOf(std::uint32_t member) const {
  if (!leaf_of_.contains(member)) return std::nullopt;
  const Position position = PositionOf(member);
  std::size_t rank = position.slot;
  std::uint32_t node = position.leaf;
  for (std::uint32_t up = leaves_[node].parent; up != kNoNode; up = inners_[up].parent) {
    rank += inners_[up].CountBefore(inners_[up].IndexOf(node));
    node = up;
  }
  return rank;
}

std::size_t LeaderboardTree::CountUpTo(std::int64_t value, std::int64_t order) const {
  const Key key{value, order};
  std::size_t rank = 0;
  std::uint32_t node = root_;
  for (std::uint32_t level = inners_[root_].level; level > 0; --level) {
    const Inner& inner = inners_[node];
    const std::uint32_t index = inner.IndexFor(key);
    rank += inner.CountBefore(index);
    node = inner.child[index];
  }
  const Leaf& leaf = leaves_[node];
  const std::uint32_t before = leaf.CountBefore(key);
  const bool taken = before < leaf.size && !(key < leaf.keys[before]);
  return rank + before + (taken ? 1 : 0);
}

std::vector<LeaderboardTree::Entry> LeaderboardTree::Page(std::size_t first, std::size_t count) const {
  std::vector<Entry> page;
  if (first >= size()) return page;
  page.reserve(std::min(count, size() - first));

  std::uint32_t node = root_;
  auto skip = static_cast<std::uint32_t>(first);
  for (std::uint32_t level = inners_[root_].level; level > 0; --level) {
    const Inner& inner = inners_[node];
    std::uint32_t index = 0;
    while (skip >= inner.count[index]) skip -= inner.count[index++];
    node = inner.child[index];
  }
  for (; node != kNoNode && page.size() < count; node = leaves_[node].next, skip = 0) {
    const Leaf& leaf = leaves_[node];
    for (std::uint32_t slot = skip; slot < leaf.size && page.size() < count; ++slot) {
      page.push_back({leaf.members[slot], leaf.keys[slot].value, leaf.keys[slot].order});
    }
  }
  return page;
}

std::size_t LeaderboardTree::MemoryUsage() const {
  const std::size_t map_slot = sizeof(decltype(leaf_of_)::value_type) + 1;  // And its control byte.
  return leaves_.MemoryUsage() + inners_.MemoryUsage() + leaf_of_.capacity() * map_slot;
}

LeaderboardTree::Position LeaderboardTree::PositionOf(std::uint32_t member) const {
  const std::uint32_t id = leaf_of_.find(member)->second;
  const Leaf& leaf = leaves_[id];
  const auto at = std::find(leaf.members.begin(), leaf.members.begin() + leaf.size, member);
  return {id, static_cast<std::uint32_t>(at - leaf.members.begin())};
}

// One pass down: full nodes are split before they are entered, so that a parent always has room for one more.
void LeaderboardTree::Insert(const Entry& entry) {
  const Key key{entry.value, entry.order};
  const Leaf& last = leaves_[last_leaf_];
  const bool appending = last.size > 0 && last.keys[last.size - 1] < key;
  if (inners_[root_].size == Inner::kCapacity) GrowRoot();

  std::uint32_t node = root_;
  for (std::uint32_t level = inners_[root_].level; level > 0; --level) {
    std::uint32_t index = inners_[node].IndexFor(key);
    const std::uint32_t child = inners_[node].child[index];
    const std::uint32_t child_size = level > 1 ? inners_[child].size : leaves_[child].size;
    if (child_size == Leaf::kCapacity) {
      SplitChild(node, index, appending);
      index = inners_[node].IndexFor(key);
    }
    Inner& inner = inners_[node];
    if (key < inner.first[index]) inner.first[index] = key;
    ++inner.count[index];
    node = inner.child[index];
  }
  Leaf& leaf = leaves_[node];
  leaf.InsertAt(leaf.CountBefore(key), key, entry.member);
  leaf_of_[entry.member] = node;
}

void LeaderboardTree::GrowRoot() {
  const std::uint32_t old_root = root_;
  root_ = inners_.Make();
  Inner& root = inners_[root_];
  root.level = inners_[old_root].level + 1;
  root.InsertAt(0, inners_[old_root].first[0], old_root, inners_[old_root].Total());
  inners_[old_root].parent = root_;
}

void LeaderboardTree::SplitChild(std::uint32_t parent, std::uint32_t index, bool appending) {
  const std::uint32_t child = inners_[parent].child[index];
  const bool of_leaves = inners_[parent].level == 1;
  const std::uint32_t right = of_leaves ? SplitLeaf(child, appending) : SplitInner(child, appending);
  const Key first = of_leaves ? leaves_[right].keys[0] : inners_[right].first[0];
  const std::uint32_t moved = of_leaves ? leaves_[right].size : inners_[right].Total();
  inners_[parent].count[index] -= moved;
  inners_[parent].InsertAt(index + 1, first, right, moved);
}

std::uint32_t LeaderboardTree::SplitLeaf(std::uint32_t left, bool appending) {
  const std::uint32_t right = leaves_.Make();
  Leaf& from = leaves_[left];
  Leaf& to = leaves_[right];
  from.MoveTail(CutOf(appending), to);
  to.parent = from.parent;
  to.previous = left;
  to.next = from.next;
  (to.next != kNoNode ? leaves_[to.next].previous : last_leaf_) = right;
  from.next = right;
  for (std::uint32_t slot = 0; slot < to.size; ++slot) leaf_of_[to.members[slot]] = right;
  return right;
}

std::uint32_t LeaderboardTree::SplitInner(std::uint32_t left, bool appending) {
  const std::uint32_t right = inners_.Make();
  Inner& from = inners_[left];
  Inner& to = inners_[right];
  from.MoveTail(CutOf(appending), to);
  to.parent = from.parent;
  to.level = from.level;
  for (std::uint32_t i = 0; i < to.size; ++i) {
    if (to.level > 1) {
      inners_[to.child[i]].parent = right;
    } else {
      leaves_[to.child[i]].parent = right;
    }
  }
  return right;
}

void LeaderboardTree::Erase(Position position) {
  Leaf& leaf = leaves_[position.leaf];
  leaf_of_.erase(leaf.members[position.slot]);
  leaf.EraseAt(position.slot);

  std::uint32_t node = position.leaf;
  for (std::uint32_t up = leaf.parent; up != kNoNode;) {
    const std::uint32_t index = inners_[up].IndexOf(node);
    const std::uint32_t above = inners_[up].parent;
    --inners_[up].count[index];
    Shrink(up, index);
    node = up;
    up = above;
  }
  while (inners_[root_].level > 1 && inners_[root_].size == 1) {
    const std::uint32_t old_root = root_;
    root_ = inners_[old_root].child[0];
    inners_[root_].parent = kNoNode;
    inners_.Free(old_root);
  }
}

// Keeps child `index` from wasting memory after a removal below it: merges it with a neighbour, or drops it
// when nothing is left in it.
void LeaderboardTree::Shrink(std::uint32_t parent, std::uint32_t index) {
  const Inner& inner = inners_[parent];
  const bool of_leaves = inner.level == 1;
  const std::uint32_t child = inner.child[index];
  const std::uint32_t child_size = of_leaves ? leaves_[child].size : inners_[child].size;
  if (child_size >= kSparse) return;
  if (index + 1 < inner.size && MergeChildren(parent, index)) return;
  if (index > 0 && MergeChildren(parent, index - 1)) return;
  const bool last_leaf = parent == root_ && inner.size == 1;
  if (child_size == 0 && !last_leaf) DropChild(parent, index);
}

bool LeaderboardTree::MergeChildren(std::uint32_t parent, std::uint32_t left_index) {
  Inner& inner = inners_[parent];
  const std::uint32_t left = inner.child[left_index];
  const std::uint32_t right = inner.child[left_index + 1];
  if (inner.level == 1) {
    Leaf& to = leaves_[left];
    if (to.size + leaves_[right].size > kMergedAtMost) return false;
    const std::uint32_t old_size = to.size;
    leaves_[right].MoveTail(0, to);
    for (std::uint32_t slot = old_size; slot < to.size; ++slot) leaf_of_[to.members[slot]] = left;
  } else {
    Inner& to = inners_[left];
    if (to.size + inners_[right].size > kMergedAtMost) return false;
    const std::uint32_t old_size = to.size;
    inners_[right].MoveTail(0, to);
    for (std::uint32_t i = old_size; i < to.size; ++i) {
      if (to.level > 1) {
        inners_[to.child[i]].parent = left;
      } else {
        leaves_[to.child[i]].parent = left;
      }
    }
  }
  inner.count[left_index] += inner.count[left_index + 1];
  inner.count[left_index + 1] = 0;
  DropChild(parent, left_index + 1);
  return true;
}

// Frees an empty child. The last one of an inner node goes too; the caller then finds that node empty.
void LeaderboardTree::DropChild(std::uint32_t parent, std::uint32_t index) {
  Inner& inner = inners_[parent];
  const std::uint32_t child = inner.child[index];
  if (inner.level == 1) {
    const Leaf& leaf = leaves_[child];
    if (leaf.previous != kNoNode) leaves_[leaf.previous].next = leaf.next;
    (leaf.next != kNoNode ? leaves_[leaf.next].previous : last_leaf_) = leaf.previous;
    leaves_.Free(child);
  } else {
    inners_.Free(child);
  }
  inner.EraseAt(index);
}

}  // namespace oofgg::game
