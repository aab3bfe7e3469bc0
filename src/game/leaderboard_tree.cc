#include "game/leaderboard_tree.h"

#include <algorithm>
#include <utility>

namespace oofgg::game {
namespace {

using Leaf = LeaderboardLeaf;
using Inner = LeaderboardInner;
using Key = LeaderboardKey;

// A node that shrank below this looks for a neighbour to merge with; the result must leave room to grow,
// or the next insertions would split it again.
template <typename Node>
constexpr std::uint32_t kSparse = Node::kCapacity * 11 / 16;
template <typename Node>
constexpr std::uint32_t kMergedAtMost = Node::kCapacity * 29 / 32;
// A full leaf gives to a neighbour that has at least this much room: less is soon used up, and every entry
// that moves costs a look into the index.
constexpr std::uint32_t kRoomToShare = Leaf::kCapacity * 5 / 32;

// What nodes hold that are made of entries in rank order: nearly full, with some room for what comes between.
template <typename Node>
constexpr std::uint32_t kFilled = Node::kCapacity - Node::kCapacity / 16;

// How many a full node gives to a new one behind it. Scores that come in rank order, as from a rebuild,
// always land at the end: then the left node is left nearly full, instead of half empty for ever.
template <typename Node>
constexpr std::uint32_t MovedBySplit(bool appending) {
  return appending ? Node::kCapacity - kFilled<Node> : Node::kCapacity / 2;
}

}  // namespace

LeaderboardTree::LeaderboardTree(LeaderboardKeep keep, std::span<const Entry> entries)
    : keep_(keep), root_(kNoNode), last_leaf_(kNoNode) {
  std::vector<Child> children = MakeLeaves(entries);
  for (std::uint32_t level = 1; level == 1 || children.size() > 1; ++level) {
    children = MakeInners(level, children);
  }
  root_ = children.front().node;
}

// Index, new leaf and old leaf are far apart in memory: what can be is asked for before it is needed.
bool LeaderboardTree::Submit(const Entry& entry) {
  leaf_of_.Prefetch(entry.member);
  leaves_.Prefetch(LeafFor({entry.value, entry.order}));
  const std::uint32_t old_leaf = leaf_of_.Find(entry.member);
  if (old_leaf != NumberIndex::kNone) leaves_.Prefetch(old_leaf);
  const Position had = PositionIn(old_leaf, entry.member);
  if (had.leaf == kNoNode) {
    Insert(entry, false);
    return true;
  }
  const Key& old = leaves_[had.leaf].keys[had.slot];
  const bool wins =
      keep_ == LeaderboardKeep::kBest ? Key{entry.value, entry.order} < old : entry.order > old.order;
  if (!wins) return false;
  EraseAt(had);
  Insert(entry, true);
  return true;
}

bool LeaderboardTree::Remove(std::uint32_t member) {
  const Position position = PositionOf(member);
  if (position.leaf == kNoNode) return false;
  EraseAt(position);
  leaf_of_.Erase(member);
  return true;
}

std::optional<LeaderboardTree::Entry> LeaderboardTree::Find(std::uint32_t member) const {
  const Position position = PositionOf(member);
  if (position.leaf == kNoNode) return std::nullopt;
  const Key& key = leaves_[position.leaf].keys[position.slot];
  return Entry{member, key.value, key.order};
}

std::optional<std::size_t> LeaderboardTree::RankOf(std::uint32_t member) const {
  const Position position = PositionOf(member);
  if (position.leaf == kNoNode) return std::nullopt;
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
  return leaves_.MemoryUsage() + inners_.MemoryUsage() + leaf_of_.MemoryUsage();
}

// Leaf kNoNode: the member is not on the board.
LeaderboardTree::Position LeaderboardTree::PositionOf(std::uint32_t member) const {
  return PositionIn(leaf_of_.Find(member), member);
}

// `leaf`: what the index says.
LeaderboardTree::Position LeaderboardTree::PositionIn(std::uint32_t leaf, std::uint32_t member) const {
  if (leaf == NumberIndex::kNone) return {kNoNode, 0};
  const auto& members = leaves_[leaf].members;
  const auto at = std::find(members.begin(), members.begin() + leaves_[leaf].size, member);
  return {leaf, static_cast<std::uint32_t>(at - members.begin())};
}

// Where the key is or belongs.
std::uint32_t LeaderboardTree::LeafFor(const Key& key) const {
  std::uint32_t node = root_;
  for (std::uint32_t level = inners_[root_].level; level > 0; --level) {
    node = inners_[node].child[inners_[node].IndexFor(key)];
  }
  return node;
}

// One pass down: room is made in full nodes before they are entered, so that a parent can always take one
// more. `indexed`: the member has a place in the index already, which is set right.
void LeaderboardTree::Insert(const Entry& entry, bool indexed) {
  const Key key{entry.value, entry.order};
  const Leaf& last = leaves_[last_leaf_];
  const bool appending = last.size > 0 && last.keys[last.size - 1] < key;
  if (inners_[root_].size == Inner::kCapacity) GrowRoot();

  std::uint32_t node = root_;
  for (std::uint32_t level = inners_[root_].level; level > 0; --level) {
    std::uint32_t index = inners_[node].IndexFor(key);
    const std::uint32_t child = inners_[node].child[index];
    const std::uint32_t child_size = level > 1 ? inners_[child].size : leaves_[child].size;
    if (child_size == (level > 1 ? Inner::kCapacity : Leaf::kCapacity)) {
      MakeRoom(node, index, appending);
      index = inners_[node].IndexFor(key);
    }
    Inner& inner = inners_[node];
    if (key < inner.first[index]) inner.first[index] = key;
    ++inner.count[index];
    node = inner.child[index];
  }
  Leaf& leaf = leaves_[node];
  leaf.InsertAt(leaf.CountBefore(key), key, entry.member);
  if (indexed) {
    leaf_of_.Assign(entry.member, node);
  } else {
    leaf_of_.Insert(entry.member, node);
  }
}

void LeaderboardTree::GrowRoot() {
  const std::uint32_t old_root = root_;
  root_ = inners_.Make();
  Inner& root = inners_[root_];
  root.level = inners_[old_root].level + 1;
  root.InsertAt(0, inners_[old_root].first[0], old_root, inners_[old_root].Total());
  inners_[old_root].parent = root_;
}

// A full leaf shares with a neighbour, or both are spread over three: so leaves are two thirds full at least
// when entries come in any order, instead of half.
void LeaderboardTree::MakeRoom(std::uint32_t parent, std::uint32_t index, bool appending) {
  const bool has_right = index + 1 < inners_[parent].size;
  if (inners_[parent].level > 1 || appending || (!has_right && index == 0)) {
    SplitChild(parent, index, appending);
    return;
  }
  if (has_right && ShareLeaves(parent, index)) return;
  if (index > 0 && ShareLeaves(parent, index - 1)) return;
  SpreadLeaves(parent, has_right ? index : index - 1);
}

// Levels a leaf and the one behind it, if that makes enough room.
bool LeaderboardTree::ShareLeaves(std::uint32_t parent, std::uint32_t left_index) {
  Inner& inner = inners_[parent];
  const std::uint32_t left = inner.child[left_index];
  const std::uint32_t right = inner.child[left_index + 1];
  Leaf& from = leaves_[left];
  Leaf& to = leaves_[right];
  const std::uint32_t left_size = (from.size + to.size) / 2;
  if (from.size + to.size + kRoomToShare > 2 * Leaf::kCapacity) return false;
  if (from.size > left_size) {
    const std::uint32_t moved = from.size - left_size;
    from.GiveToRight(moved, to);
    Relocated(right, 0, moved);
  } else {
    const std::uint32_t old_size = from.size;
    to.GiveToLeft(left_size - old_size, from);
    Relocated(left, old_size, left_size);
  }
  inner.first[left_index + 1] = to.keys[0];
  inner.count[left_index] = from.size;
  inner.count[left_index + 1] = to.size;
  return true;
}

// Two full leaves become three.
void LeaderboardTree::SpreadLeaves(std::uint32_t parent, std::uint32_t left_index) {
  const std::uint32_t left = inners_[parent].child[left_index];
  const std::uint32_t right = inners_[parent].child[left_index + 1];
  const std::uint32_t middle = MakeLeafAfter(left);
  Leaf& to = leaves_[middle];
  const std::uint32_t third = (leaves_[left].size + leaves_[right].size) / 3;
  leaves_[left].GiveToRight(leaves_[left].size - third, to);
  leaves_[right].GiveToLeft(leaves_[right].size - third, to);
  Relocated(middle, 0, to.size);
  Inner& inner = inners_[parent];
  inner.count[left_index] = third;
  inner.count[left_index + 1] = third;
  inner.first[left_index + 1] = leaves_[right].keys[0];
  inner.InsertAt(left_index + 1, to.keys[0], middle, to.size);
}

void LeaderboardTree::SplitChild(std::uint32_t parent, std::uint32_t index, bool appending) {
  const std::uint32_t child = inners_[parent].child[index];
  if (inners_[parent].level > 1) {
    const std::uint32_t right = MakeInnerAfter(child, MovedBySplit<Inner>(appending));
    const std::uint32_t entries = inners_[right].Total();
    inners_[parent].count[index] -= entries;
    inners_[parent].InsertAt(index + 1, inners_[right].first[0], right, entries);
    return;
  }
  const std::uint32_t moved = MovedBySplit<Leaf>(appending);
  const std::uint32_t right = MakeLeafAfter(child);
  leaves_[child].GiveToRight(moved, leaves_[right]);
  Relocated(right, 0, moved);
  inners_[parent].count[index] -= moved;
  inners_[parent].InsertAt(index + 1, leaves_[right].keys[0], right, moved);
}

// A row of leaves with these entries, and their index.
std::vector<LeaderboardTree::Child> LeaderboardTree::MakeLeaves(std::span<const Entry> entries) {
  std::vector<Child> made;
  std::vector<NumberIndex::Pair> places;
  places.reserve(entries.size());
  do {
    const std::uint32_t id = leaves_.Make();
    Leaf& leaf = leaves_[id];
    leaf.previous = last_leaf_;
    if (last_leaf_ != kNoNode) leaves_[last_leaf_].next = id;
    last_leaf_ = id;
    leaf.size = static_cast<std::uint32_t>((std::min)(entries.size(), std::size_t{kFilled<Leaf>}));
    for (std::uint32_t slot = 0; slot < leaf.size; ++slot) {
      const Entry& entry = entries[slot];
      leaf.keys[slot] = {entry.value, entry.order};
      leaf.members[slot] = entry.member;
      places.push_back({entry.member, id});
    }
    made.push_back({id, leaf.size, leaf.keys[0]});
    entries = entries.subspan(leaf.size);
  } while (!entries.empty());
  leaf_of_.InsertAll(std::move(places));
  return made;
}

// Nodes of this level above the row of these.
std::vector<LeaderboardTree::Child> LeaderboardTree::MakeInners(std::uint32_t level,
                                                                std::span<const Child> children) {
  std::vector<Child> made;
  while (!children.empty()) {
    const std::uint32_t id = inners_.Make();
    Inner& inner = inners_[id];
    inner.level = level;
    for (const Child& child : children.first((std::min)(children.size(), std::size_t{kFilled<Inner>}))) {
      inner.InsertAt(inner.size, child.first, child.node, child.count);
    }
    Adopt(id, 0);
    made.push_back({id, inner.Total(), inner.first[0]});
    children = children.subspan(inner.size);
  }
  return made;
}

std::uint32_t LeaderboardTree::MakeLeafAfter(std::uint32_t left) {
  const std::uint32_t right = leaves_.Make();
  Leaf& from = leaves_[left];
  Leaf& to = leaves_[right];
  to.parent = from.parent;
  to.previous = left;
  to.next = from.next;
  (to.next != kNoNode ? leaves_[to.next].previous : last_leaf_) = right;
  from.next = right;
  return right;
}

// An inner node with the last `moved` children of `left`.
std::uint32_t LeaderboardTree::MakeInnerAfter(std::uint32_t left, std::uint32_t moved) {
  const std::uint32_t right = inners_.Make();
  Inner& from = inners_[left];
  Inner& to = inners_[right];
  to.parent = from.parent;
  to.level = from.level;
  from.GiveToRight(moved, to);
  Adopt(right, 0);
  return right;
}

// Entries have come to these slots of a leaf.
void LeaderboardTree::Relocated(std::uint32_t leaf, std::uint32_t begin, std::uint32_t end) {
  leaf_of_.AssignAll(std::span(leaves_[leaf].members).subspan(begin, end - begin), leaf);
}

// Children have come to an inner node, from the place `begin` on.
void LeaderboardTree::Adopt(std::uint32_t inner, std::uint32_t begin) {
  const Inner& node = inners_[inner];
  for (std::uint32_t i = begin; i < node.size; ++i) {
    (node.level > 1 ? inners_[node.child[i]].parent : leaves_[node.child[i]].parent) = inner;
  }
}

// Takes an entry out of its leaf; the index still has it.
void LeaderboardTree::EraseAt(Position position) {
  leaves_[position.leaf].EraseAt(position.slot);

  std::uint32_t node = position.leaf;
  for (std::uint32_t up = leaves_[node].parent; up != kNoNode;) {
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
  if (child_size >= (of_leaves ? kSparse<Leaf> : kSparse<Inner>)) return;
  if (index + 1 < inner.size && MergeChildren(parent, index)) return;
  if (index > 0 && MergeChildren(parent, index - 1)) return;
  if (of_leaves && index > 0 && index + 1 < inner.size && DissolveLeaf(parent, index)) return;
  const bool last_leaf = parent == root_ && inner.size == 1;
  if (child_size == 0 && !last_leaf) DropChild(parent, index);
}

bool LeaderboardTree::MergeChildren(std::uint32_t parent, std::uint32_t left_index) {
  Inner& inner = inners_[parent];
  const std::uint32_t left = inner.child[left_index];
  const std::uint32_t right = inner.child[left_index + 1];
  if (inner.level == 1) {
    Leaf& to = leaves_[left];
    if (to.size + leaves_[right].size > kMergedAtMost<Leaf>) return false;
    const std::uint32_t old_size = to.size;
    leaves_[right].GiveToLeft(leaves_[right].size, to);
    Relocated(left, old_size, to.size);
  } else {
    Inner& to = inners_[left];
    if (to.size + inners_[right].size > kMergedAtMost<Inner>) return false;
    const std::uint32_t old_size = to.size;
    inners_[right].GiveToLeft(inners_[right].size, to);
    Adopt(left, old_size);
  }
  inner.count[left_index] += inner.count[left_index + 1];
  inner.count[left_index + 1] = 0;
  DropChild(parent, left_index + 1);
  return true;
}

// Shares a leaf out to both neighbours, if they have the room.
bool LeaderboardTree::DissolveLeaf(std::uint32_t parent, std::uint32_t index) {
  Inner& inner = inners_[parent];
  const std::uint32_t left = inner.child[index - 1];
  const std::uint32_t right = inner.child[index + 1];
  Leaf& leaf = leaves_[inner.child[index]];
  const std::uint32_t old_left = leaves_[left].size;
  const std::uint32_t total = old_left + leaf.size + leaves_[right].size;
  if (total > 2 * kMergedAtMost<Leaf>) return false;
  const std::uint32_t left_size = (std::max)(old_left, (std::min)(total / 2, old_left + leaf.size));
  leaf.GiveToLeft(left_size - old_left, leaves_[left]);
  Relocated(left, old_left, left_size);
  const std::uint32_t rest = leaf.size;
  leaf.GiveToRight(rest, leaves_[right]);
  Relocated(right, 0, rest);
  inner.first[index + 1] = leaves_[right].keys[0];
  inner.count[index - 1] = left_size;
  inner.count[index + 1] = leaves_[right].size;
  inner.count[index] = 0;
  DropChild(parent, index);
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
