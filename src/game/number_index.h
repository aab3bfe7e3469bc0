#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace oofgg::game {

/// A hash table from 32-bit keys to 32-bit numbers, for very many of them: about 10 bytes each, and it grows
/// in small steps, so that no single insertion pays for all of them and no half of it lies empty.
///
/// Extendible hashing: the first bits of a key's hash choose a segment, a table of its own with linear
/// probing. A segment grows by a fifth, and is cut in two once it holds 1,024. Memory does not shrink when
/// entries go: lists lose few, or end as a whole.
///
/// A key may have several numbers; who can tell them apart looks with `FindIf`. Pure. Threads: one at a time.
class NumberIndex {
 public:
  /// Not a number that can be kept.
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  NumberIndex();

  /// Adds a number of `key`, beside those that it has.
  void Insert(std::uint32_t key, std::uint32_t number);

  struct Pair {
    std::uint32_t key = 0;
    std::uint32_t number = kNone;
  };
  /// Adds all of these, in any order. Where they are many beside what is there, several times faster than one
  /// by one: all is laid out anew, front to back. Takes `pairs`, and as much memory again while it runs.
  void InsertAll(std::vector<Pair> pairs);

  /// The first number of `key` for which `accept` returns true, or kNone.
  template <typename Accept>
  [[nodiscard]] std::uint32_t FindIf(std::uint32_t key, const Accept& accept) const {
    const std::uint64_t hash = HashOf(key);
    const Segment& segment = segments_[SegmentOf(hash)];
    for (std::uint32_t i = segment.HomeOf(hash); segment.slots[i].number != kNone; i = segment.Next(i)) {
      if (segment.slots[i].key == key && accept(segment.slots[i].number)) return segment.slots[i].number;
    }
    return kNone;
  }

  /// The number of a key that has one, or kNone.
  [[nodiscard]] std::uint32_t Find(std::uint32_t key) const {
    return FindIf(key, [](std::uint32_t) { return true; });
  }

  /// Begins to load what a call about `key` will look at. For loops over many keys: memory is then waited for
  /// once instead of for each.
  void Prefetch(std::uint32_t key) const {
    const std::uint64_t hash = HashOf(key);
    const Segment& segment = segments_[SegmentOf(hash)];
    const Slot* const home = &segment.slots[segment.HomeOf(hash)];
    __builtin_prefetch(home);
    __builtin_prefetch(home + 8);  // The next cache line, where a search for a new key often ends.
  }

  /// Replaces the number of a key, which must have exactly one.
  void Assign(std::uint32_t key, std::uint32_t number);

  /// Replaces the numbers of keys that have exactly one each. Several times faster than one by one: the
  /// memory of all is asked for before any of it is needed.
  void AssignAll(std::span<const std::uint32_t> keys, std::uint32_t number);

  /// Takes out a key, which must have exactly one number.
  void Erase(std::uint32_t key);

  [[nodiscard]] std::size_t size() const { return size_; }
  /// In bytes.
  [[nodiscard]] std::size_t MemoryUsage() const;

 private:
  using Slot = Pair;  // Number kNone: it is free.
  struct Segment {
    // Keys lie in the order of their hashes, so that a segment that grows is copied front to back.
    [[nodiscard]] std::uint32_t HomeOf(std::uint64_t hash) const {
      return static_cast<std::uint32_t>(((hash & 0xffffffff) * capacity) >> 32);
    }
    [[nodiscard]] std::uint32_t Next(std::uint32_t i) const { return i + 1 == capacity ? 0 : i + 1; }
    void Put(const Slot& slot);
    void Resize(std::uint32_t new_capacity);

    std::unique_ptr<Slot[]> slots;
    std::uint32_t size = 0;
    std::uint32_t capacity = 0;  // Always more than `size`: a search ends at a free slot.
    std::uint32_t depth = 0;     // By how many bits of the hash the segment is chosen.
  };

  // The finaliser of MurmurHash3: keys are often consecutive. The upper half chooses the segment, the lower
  // one the place in it.
  [[nodiscard]] static std::uint64_t HashOf(std::uint32_t key) {
    std::uint64_t hash = key + 0x9e3779b97f4a7c15;
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccd;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53;
    return hash ^ (hash >> 33);
  }
  [[nodiscard]] std::uint32_t SegmentOf(std::uint64_t hash) const {
    return directory_[static_cast<std::size_t>((hash >> 32) >> (32 - depth_))];
  }
  [[nodiscard]] Slot& SlotOf(std::uint32_t key);
  [[nodiscard]] bool MaySplit(const Segment& segment) const;
  void Split(std::uint32_t segment, std::uint64_t hash);
  void LayOut(const std::vector<Slot>& slots);

  std::vector<std::uint32_t> directory_;  // Segment numbers, by the first `depth_` bits of the upper half.
  std::vector<Segment> segments_;
  std::uint32_t depth_ = 0;
  std::size_t size_ = 0;
};

}  // namespace oofgg::game
