#include "game/number_index.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace oofgg::game {
namespace {

constexpr std::uint32_t kFirstCapacity = 8;
constexpr std::uint32_t kMostInSegment = 1'024;

// Linear probing: at seven eighths a search that finds takes 4 to 5 steps, nearly always in one cache line.
constexpr bool TooFull(std::uint32_t size, std::uint32_t capacity) { return size * 8 > capacity * 7; }

// Of a segment that is made for so many, with room to grow.
constexpr std::uint32_t CapacityFor(std::size_t size) {
  return static_cast<std::uint32_t>(kFirstCapacity + size + size / 4);
}

constexpr std::uint32_t DepthFor(std::size_t size) {
  std::uint32_t depth = 0;
  while ((size >> depth) > kMostInSegment * 3 / 4) ++depth;
  return depth;
}

}  // namespace

NumberIndex::NumberIndex() { LayOut({}); }

void NumberIndex::Insert(std::uint32_t key, std::uint32_t number) {
  const std::uint64_t hash = HashOf(key);
  std::uint32_t id = SegmentOf(hash);
  while (segments_[id].size >= kMostInSegment && MaySplit(segments_[id])) {
    Split(id, hash);
    id = SegmentOf(hash);
  }
  Segment& segment = segments_[id];
  if (TooFull(segment.size + 1, segment.capacity)) {
    segment.Resize(segment.capacity + segment.capacity / 5 + 1);
  }
  segment.Put({key, number});
  ++size_;
}

void NumberIndex::InsertAll(std::vector<Pair> pairs) {
  constexpr std::size_t kLookAhead = 16;
  if (pairs.size() < size_ / 4) {
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      if (i + kLookAhead < pairs.size()) Prefetch(pairs[i + kLookAhead].key);
      Insert(pairs[i].key, pairs[i].number);
    }
    return;
  }
  pairs.reserve(pairs.size() + size_);
  for (const Segment& segment : segments_) {
    std::copy_if(segment.slots.get(), segment.slots.get() + segment.capacity, std::back_inserter(pairs),
                 [](const Slot& slot) { return slot.number != kNone; });
  }
  LayOut(pairs);
}

// Replaces all that is there. The slots are sorted by segment first, so that each of these is filled at once.
void NumberIndex::LayOut(const std::vector<Slot>& slots) {
  size_ = slots.size();
  depth_ = DepthFor(size_);
  const std::size_t segments = std::size_t{1} << depth_;
  directory_.resize(segments);
  std::iota(directory_.begin(), directory_.end(), 0U);
  std::vector<std::size_t> ends(segments + 1);
  for (const Slot& slot : slots) ++ends[SegmentOf(HashOf(slot.key)) + 1];
  std::partial_sum(ends.begin(), ends.end(), ends.begin());
  std::vector<Slot> sorted(size_);
  for (const Slot& slot : slots) sorted[ends[SegmentOf(HashOf(slot.key))]++] = slot;

  segments_.clear();
  segments_.resize(segments);
  std::size_t begin = 0;
  for (std::size_t i = 0; i < segments; begin = ends[i++]) {
    segments_[i].depth = depth_;
    segments_[i].Resize(CapacityFor(ends[i] - begin));
    for (std::size_t j = begin; j < ends[i]; ++j) segments_[i].Put(sorted[j]);
  }
}

void NumberIndex::Assign(std::uint32_t key, std::uint32_t number) { SlotOf(key).number = number; }

// Slots are read, not prefetched: a prefetch was seen to do little where the page was not in the processor's
// table, which is nearly always so.
void NumberIndex::AssignAll(std::span<const std::uint32_t> keys, std::uint32_t number) {
  std::uint32_t read = 0;
  for (const std::uint32_t key : keys) {
    const std::uint64_t hash = HashOf(key);
    const Segment& segment = segments_[SegmentOf(hash)];
    read ^= segment.slots[segment.HomeOf(hash)].number;
  }
  asm volatile("" : : "r"(read));  // Or the compiler would leave the reading out.
  for (const std::uint32_t key : keys) Assign(key, number);
}

void NumberIndex::Erase(std::uint32_t key) {
  Segment& segment = segments_[SegmentOf(HashOf(key))];
  auto hole = static_cast<std::uint32_t>(&SlotOf(key) - segment.slots.get());
  // What stands behind closes up, unless it is at home there: then no search passes by the hole for it.
  for (std::uint32_t i = segment.Next(hole); segment.slots[i].number != kNone; i = segment.Next(i)) {
    const std::uint32_t home = segment.HomeOf(HashOf(segment.slots[i].key));
    const bool stays = hole <= i ? hole < home && home <= i : hole < home || home <= i;
    if (stays) continue;
    segment.slots[hole] = segment.slots[i];
    hole = i;
  }
  segment.slots[hole] = Slot();
  --segment.size;
  --size_;
}

std::size_t NumberIndex::MemoryUsage() const {
  std::size_t bytes = directory_.capacity() * sizeof(std::uint32_t) + segments_.capacity() * sizeof(Segment);
  for (const Segment& segment : segments_) bytes += segment.capacity * sizeof(Slot);
  return bytes;
}

NumberIndex::Slot& NumberIndex::SlotOf(std::uint32_t key) {
  const std::uint64_t hash = HashOf(key);
  Segment& segment = segments_[SegmentOf(hash)];
  std::uint32_t i = segment.HomeOf(hash);
  while (segment.slots[i].key != key || segment.slots[i].number == kNone) i = segment.Next(i);
  return segment.slots[i];
}

// Many numbers of one key would be cut in two without end, and the directory doubled each time: their segment
// grows instead. Otherwise it is two to four times as long as there are segments.
bool NumberIndex::MaySplit(const Segment& segment) const {
  return segment.depth < depth_ || directory_.size() <= 16 * segments_.size();
}

// Cuts in two the segment that `hash` belongs to.
void NumberIndex::Split(std::uint32_t id, std::uint64_t hash) {
  if (segments_[id].depth == depth_) {
    std::vector<std::uint32_t> twice(directory_.size() * 2);
    for (std::size_t i = 0; i < twice.size(); ++i) twice[i] = directory_[i / 2];
    directory_ = std::move(twice);
    ++depth_;
  }
  const auto right = static_cast<std::uint32_t>(segments_.size());
  segments_.emplace_back();
  const Segment old = std::move(segments_[id]);
  for (const std::uint32_t half : {id, right}) {
    segments_[half] = Segment();
    segments_[half].depth = old.depth + 1;
    segments_[half].Resize(kFirstCapacity + old.size * 5 / 8);  // Half, and room to grow.
  }
  // Of the directory's entries for the old segment the upper half now leads to the new one.
  const std::size_t span = std::size_t{1} << (depth_ - old.depth);
  const auto begin = static_cast<std::size_t>((hash >> 32) >> (32 - depth_)) / span * span;
  for (std::size_t i = begin + span / 2; i < begin + span; ++i) directory_[i] = right;
  for (std::uint32_t i = 0; i < old.capacity; ++i) {
    const Slot& slot = old.slots[i];
    if (slot.number == kNone) continue;
    Segment& half = segments_[SegmentOf(HashOf(slot.key))];
    if (half.size + 1 == half.capacity) half.Resize(half.capacity * 2);  // A cut as uneven as never happens.
    half.Put(slot);
  }
}

void NumberIndex::Segment::Put(const Slot& slot) {
  std::uint32_t i = HomeOf(HashOf(slot.key));
  while (slots[i].number != kNone) i = Next(i);
  slots[i] = slot;
  ++size;
}

void NumberIndex::Segment::Resize(std::uint32_t new_capacity) {
  const auto old = std::exchange(slots, std::make_unique<Slot[]>(new_capacity));
  const std::uint32_t old_capacity = std::exchange(capacity, new_capacity);
  size = 0;
  for (std::uint32_t i = 0; i < old_capacity; ++i) {
    if (old[i].number != kNone) Put(old[i]);
  }
}

}  // namespace oofgg::game
