#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace oofgg::game {

/// Where an entry stands: before those of lower value, and of equal ones before those of higher order.
struct LeaderboardKey {
  std::int64_t value = 0;
  std::int64_t order = 0;

  friend bool operator<(const LeaderboardKey& a, const LeaderboardKey& b) {
    return a.value != b.value ? a.value > b.value : a.order < b.order;
  }
};

inline constexpr std::uint32_t kNoNode = ~std::uint32_t{0};

/// Entries in rank order. Separate arrays, since an array of structs would pad 20 bytes to 24.
struct LeaderboardLeaf {
  static constexpr std::uint32_t kCapacity = 64;

  std::uint32_t size = 0;
  std::uint32_t parent = kNoNode;
  std::uint32_t previous = kNoNode;
  std::uint32_t next = kNoNode;
  std::array<LeaderboardKey, kCapacity> keys;
  std::array<std::uint32_t, kCapacity> members;

  void InsertAt(std::uint32_t slot, const LeaderboardKey& key, std::uint32_t member) {
    std::copy_backward(keys.begin() + slot, keys.begin() + size, keys.begin() + size + 1);
    std::copy_backward(members.begin() + slot, members.begin() + size, members.begin() + size + 1);
    keys[slot] = key;
    members[slot] = member;
    ++size;
  }

  void EraseAt(std::uint32_t slot) {
    std::copy(keys.begin() + slot + 1, keys.begin() + size, keys.begin() + slot);
    std::copy(members.begin() + slot + 1, members.begin() + size, members.begin() + slot);
    --size;
  }

  /// Moves the entries from `slot` on behind those of `other`.
  void MoveTail(std::uint32_t slot, LeaderboardLeaf& other) {
    std::copy(keys.begin() + slot, keys.begin() + size, other.keys.begin() + other.size);
    std::copy(members.begin() + slot, members.begin() + size, other.members.begin() + other.size);
    other.size += size - slot;
    size = slot;
  }

  /// How many entries stand before `key`.
  [[nodiscard]] std::uint32_t CountBefore(const LeaderboardKey& key) const {
    return static_cast<std::uint32_t>(std::lower_bound(keys.begin(), keys.begin() + size, key) -
                                      keys.begin());
  }
};

/// Children in rank order. `first[i]` is not after any key below child i, and after all those below child
/// i - 1; it need not be there any more.
struct LeaderboardInner {
  static constexpr std::uint32_t kCapacity = 64;

  std::uint32_t size = 0;
  std::uint32_t parent = kNoNode;
  std::uint32_t level = 1;  ///< 1: the children are leaves.
  std::array<LeaderboardKey, kCapacity> first;
  std::array<std::uint32_t, kCapacity> child;
  std::array<std::uint32_t, kCapacity> count;  ///< Entries below each child.

  void InsertAt(std::uint32_t index, const LeaderboardKey& key, std::uint32_t node, std::uint32_t entries) {
    std::copy_backward(first.begin() + index, first.begin() + size, first.begin() + size + 1);
    std::copy_backward(child.begin() + index, child.begin() + size, child.begin() + size + 1);
    std::copy_backward(count.begin() + index, count.begin() + size, count.begin() + size + 1);
    first[index] = key;
    child[index] = node;
    count[index] = entries;
    ++size;
  }

  void EraseAt(std::uint32_t index) {
    std::copy(first.begin() + index + 1, first.begin() + size, first.begin() + index);
    std::copy(child.begin() + index + 1, child.begin() + size, child.begin() + index);
    std::copy(count.begin() + index + 1, count.begin() + size, count.begin() + index);
    --size;
  }

  /// Moves the children from `index` on behind those of `other`.
  void MoveTail(std::uint32_t index, LeaderboardInner& other) {
    std::copy(first.begin() + index, first.begin() + size, other.first.begin() + other.size);
    std::copy(child.begin() + index, child.begin() + size, other.child.begin() + other.size);
    std::copy(count.begin() + index, count.begin() + size, other.count.begin() + other.size);
    other.size += size - index;
    size = index;
  }

  [[nodiscard]] std::uint32_t IndexOf(std::uint32_t node) const {
    return static_cast<std::uint32_t>(std::find(child.begin(), child.begin() + size, node) - child.begin());
  }

  /// The child below which `key` is or belongs.
  [[nodiscard]] std::uint32_t IndexFor(const LeaderboardKey& key) const {
    const auto after = std::upper_bound(first.begin(), first.begin() + size, key);
    return after == first.begin() ? 0 : static_cast<std::uint32_t>(after - first.begin()) - 1;
  }

  [[nodiscard]] std::uint32_t CountBefore(std::uint32_t index) const {
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i < index; ++i) sum += count[i];
    return sum;
  }

  [[nodiscard]] std::uint32_t Total() const { return CountBefore(size); }
};

/// Nodes named by 32-bit numbers, half the size of pointers; a freed one is used again first.
template <typename Node>
class NodePool {
 public:
  std::uint32_t Make() {
    if (!free_.empty()) {
      const std::uint32_t id = free_.back();
      free_.pop_back();
      *nodes_[id] = Node();
      return id;
    }
    nodes_.push_back(std::make_unique<Node>());
    return static_cast<std::uint32_t>(nodes_.size() - 1);
  }

  void Free(std::uint32_t id) { free_.push_back(id); }

  Node& operator[](std::uint32_t id) { return *nodes_[id]; }
  const Node& operator[](std::uint32_t id) const { return *nodes_[id]; }

  [[nodiscard]] std::size_t MemoryUsage() const {
    return nodes_.size() * sizeof(Node) + nodes_.capacity() * sizeof(void*) +
           free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::uint32_t> free_;
};

}  // namespace oofgg::game
