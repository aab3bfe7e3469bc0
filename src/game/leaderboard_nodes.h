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

/// A node's arrays, of which the first `size` places are in use.
namespace node_array {

/// Opens a gap of `count` places at `at`.
template <typename Array>
void Open(Array& array, std::uint32_t size, std::uint32_t at, std::uint32_t count = 1) {
  std::copy_backward(array.begin() + at, array.begin() + size, array.begin() + size + count);
}

/// Closes a gap of `count` places at `at`.
template <typename Array>
void Close(Array& array, std::uint32_t size, std::uint32_t at, std::uint32_t count = 1) {
  std::copy(array.begin() + at + count, array.begin() + size, array.begin() + at);
}

template <typename Array>
void Copy(const Array& from, std::uint32_t at, std::uint32_t count, Array& to, std::uint32_t to_at) {
  std::copy(from.begin() + at, from.begin() + at + count, to.begin() + to_at);
}

}  // namespace node_array

/// What leaves and inner nodes have in common: `Self::ForEachArray(f, nodes...)` calls `f` with each of the
/// arrays of the nodes.
template <typename Self, std::uint32_t capacity>
struct LeaderboardNode {
  static constexpr std::uint32_t kCapacity = capacity;

  std::uint32_t size = 0;
  std::uint32_t parent = kNoNode;

  /// Makes a place at `at`, for the caller to fill.
  void OpenAt(std::uint32_t at) {
    Self::ForEachArray([&](auto& array) { node_array::Open(array, size, at); }, self());
    ++size;
  }

  void EraseAt(std::uint32_t at) {
    Self::ForEachArray([&](auto& array) { node_array::Close(array, size, at); }, self());
    --size;
  }

  /// Moves the last `count` in front of those of `right`.
  void GiveToRight(std::uint32_t count, Self& right) {
    const auto move = [&](auto& from, auto& to) {
      node_array::Open(to, right.size, 0, count);
      node_array::Copy(from, size - count, count, to, 0);
    };
    Self::ForEachArray(move, self(), right);
    right.size += count;
    size -= count;
  }

  /// Moves the first `count` behind those of `left`.
  void GiveToLeft(std::uint32_t count, Self& left) {
    const auto move = [&](auto& from, auto& to) {
      node_array::Copy(from, 0, count, to, left.size);
      node_array::Close(from, size, 0, count);
    };
    Self::ForEachArray(move, self(), left);
    left.size += count;
    size -= count;
  }

 private:
  Self& self() { return static_cast<Self&>(*this); }
};

/// Entries in rank order. Separate arrays, since an array of structs would pad 20 bytes to 24. Half as long
/// as an inner node: each entry that moves to another leaf costs a look into the index.
struct LeaderboardLeaf : LeaderboardNode<LeaderboardLeaf, 32> {
  std::uint32_t previous = kNoNode;
  std::uint32_t next = kNoNode;
  std::array<LeaderboardKey, kCapacity> keys;
  std::array<std::uint32_t, kCapacity> members;

  template <typename F, typename... Nodes>
  static void ForEachArray(const F& f, Nodes&... nodes) {
    f(nodes.keys...);
    f(nodes.members...);
  }

  void InsertAt(std::uint32_t slot, const LeaderboardKey& key, std::uint32_t member) {
    OpenAt(slot);
    keys[slot] = key;
    members[slot] = member;
  }

  /// How many entries stand before `key`.
  [[nodiscard]] std::uint32_t CountBefore(const LeaderboardKey& key) const {
    return static_cast<std::uint32_t>(std::lower_bound(keys.begin(), keys.begin() + size, key) -
                                      keys.begin());
  }
};

/// Children in rank order. `first[i]` is not after any key below child i, and after all those below child
/// i - 1; it need not be there any more.
struct LeaderboardInner : LeaderboardNode<LeaderboardInner, 64> {
  std::uint32_t level = 1;  ///< 1: the children are leaves.
  std::array<LeaderboardKey, kCapacity> first;
  std::array<std::uint32_t, kCapacity> child;
  std::array<std::uint32_t, kCapacity> count;  ///< Entries below each child.

  template <typename F, typename... Nodes>
  static void ForEachArray(const F& f, Nodes&... nodes) {
    f(nodes.first...);
    f(nodes.child...);
    f(nodes.count...);
  }

  void InsertAt(std::uint32_t index, const LeaderboardKey& key, std::uint32_t node, std::uint32_t entries) {
    OpenAt(index);
    first[index] = key;
    child[index] = node;
    count[index] = entries;
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

  /// Begins to load a node of which much will be looked at: memory is then waited for once.
  void Prefetch(std::uint32_t id) const {
    constexpr std::size_t kCacheLine = 64;
    const char* const bytes = reinterpret_cast<const char*>(nodes_[id].get());
    for (std::size_t i = 0; i < sizeof(Node); i += kCacheLine) __builtin_prefetch(bytes + i);
  }

  [[nodiscard]] std::size_t MemoryUsage() const {
    return nodes_.size() * sizeof(Node) + nodes_.capacity() * sizeof(void*) +
           free_.capacity() * sizeof(std::uint32_t);
  }

 private:
  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::uint32_t> free_;
};

}  // namespace oofgg::game
