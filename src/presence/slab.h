#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace oofgg::presence {

/// Records named by 32-bit handles. Memory comes in chunks, so that growth copies nothing and a reference
/// stays good while its record is in use; freed slots are used again, last first.
template <typename Record>
class Slab {
 public:
  std::uint32_t Take() {
    if (!free_.empty()) {
      const std::uint32_t handle = free_.back();
      free_.pop_back();
      return handle;
    }
    if (size_ % kChunk == 0) chunks_.push_back(std::make_unique<Record[]>(kChunk));
    return size_++;
  }

  /// The caller has put the record back into the state in which `Take` should give it out.
  void Give(std::uint32_t handle) { free_.push_back(handle); }

  Record& operator[](std::uint32_t handle) { return chunks_[handle / kChunk][handle % kChunk]; }
  const Record& operator[](std::uint32_t handle) const { return chunks_[handle / kChunk][handle % kChunk]; }

  /// Handles below this have been given out at least once.
  [[nodiscard]] std::uint32_t end() const { return size_; }
  [[nodiscard]] std::size_t in_use() const { return size_ - free_.size(); }

 private:
  static constexpr std::uint32_t kChunk = 256;

  std::vector<std::unique_ptr<Record[]>> chunks_;
  std::vector<std::uint32_t> free_;
  std::uint32_t size_ = 0;
};

}  // namespace oofgg::presence
