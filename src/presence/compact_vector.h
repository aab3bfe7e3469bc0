#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>

namespace oofgg::presence {

/// A vector of plain records in 16 bytes where std::vector takes 24, and close to its contents in size:
/// there are two for each player, and doubling would leave a third of their memory unused.
template <typename Item>
class CompactVector {
  static_assert(std::is_trivially_copyable_v<Item>);

 public:
  CompactVector() = default;
  CompactVector(CompactVector&& other) noexcept
      : items_(std::move(other.items_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  CompactVector& operator=(CompactVector&& other) noexcept {
    items_ = std::move(other.items_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  Item& operator[](std::size_t index) { return items_[index]; }
  const Item& operator[](std::size_t index) const { return items_[index]; }
  Item* begin() { return items_.get(); }
  Item* end() { return items_.get() + size_; }
  const Item* begin() const { return items_.get(); }
  const Item* end() const { return items_.get() + size_; }
  Item& back() { return items_[size_ - 1]; }

  /// Makes room for exactly `capacity`.
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) Resettle(static_cast<std::uint32_t>(capacity));
  }
  void push_back(const Item& item) {
    const Item kept = item;  // It may be one of ours.
    if (size_ == capacity_) Resettle(size_ + 2 + size_ / 4);
    items_[size_++] = kept;
  }
  void pop_back() {
    --size_;
    // Whom many watched for an hour should not hold their memory for ever.
    if (size_ == 0 || (capacity_ > 8 && size_ < capacity_ / 4)) Resettle(size_);
  }

 private:
  void Resettle(std::uint32_t capacity) {
    std::unique_ptr<Item[]> items(capacity == 0 ? nullptr : new Item[capacity]);
    std::copy(begin(), end(), items.get());
    items_ = std::move(items);
    capacity_ = capacity;
  }

  std::unique_ptr<Item[]> items_;
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = 0;
};

}  // namespace oofgg::presence
