#pragma once

#include <atomic>
#include <cstdint>

namespace oofgg::load {

/// A count that one process writes and others read while it does; fit for shared memory.
class Tally {
 public:
  void Add(std::uint64_t more = 1) {
    // One writer, so no locked instruction is needed.
    value_.store(value_.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
  void Set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  void RaiseTo(std::uint64_t value) {
    if (value > get()) Set(value);
  }
  [[nodiscard]] std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free, "a lock would not work across processes");
};

}  // namespace oofgg::load
