#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "oofgg/status.h"

namespace oofgg::load {

/// Elements that this process shares with those it forks. Whoever drops it unmaps it for itself alone.
template <typename T>
class SharedArray {
 public:
  /// Errors: kResourceExhausted when there is no memory.
  [[nodiscard]] static StatusOr<SharedArray> Make(std::size_t count) {
    void* const memory = mmap(nullptr, Bytes(count), PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
      return MakeStatus(StatusCode::kResourceExhausted,
                        "no memory to share with the workers; ask for fewer --connections");
    }
    T* const elements = static_cast<T*>(memory);
    std::uninitialized_value_construct_n(elements, count);
    return SharedArray(elements, count);
  }
  SharedArray(SharedArray&& other) noexcept
      : elements_(std::exchange(other.elements_, nullptr)), count_(other.count_) {}
  SharedArray& operator=(SharedArray&&) = delete;
  ~SharedArray() {
    if (elements_ != nullptr) munmap(static_cast<void*>(elements_), Bytes(count_));
  }

  [[nodiscard]] T& operator[](std::size_t index) const { return elements_[index]; }
  [[nodiscard]] std::span<T> all() const { return {elements_, count_}; }

 private:
  SharedArray(T* elements, std::size_t count) : elements_(elements), count_(count) {}
  static std::size_t Bytes(std::size_t count) { return count == 0 ? 1 : count * sizeof(T); }

  T* elements_;
  std::size_t count_;
};

}  // namespace oofgg::load
